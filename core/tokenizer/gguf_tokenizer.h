#pragma once

#include <memory>

#include "core/base/embedded_tokenizer.h"
#include "core/tokenizer/tokenizer.h"

namespace headscope {

/// The tokenizer that a GGUF file has in its metadata, with the ids that llama.cpp makes of a text
/// whose special tokens are plain text: byte-level BPE ("gpt2", cut into words by the rule that
/// `pre` names, see gguf_pre_tokenizer.h) and SentencePiece's BPE with scores ("llama"). Tokens
/// that the file calls user-defined are looked for in the text first, the longest before the
/// others. A text begins with BOS where the file says add_bos_token, and where it says nothing by
/// llama.cpp's rule for the kind.
///
/// Cheap: the vocabulary's tables follow with the first use. Throws Error(unsupported) naming a
/// kind or a pre-tokenizer that Headscope does not read and Error(bad_input) where the metadata
/// contradict themselves.
std::unique_ptr<const Tokenizer> open_gguf_tokenizer(
    const std::shared_ptr<const EmbeddedTokenizer>& embedded);

}  // namespace headscope
