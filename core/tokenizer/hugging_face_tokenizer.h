#pragma once

#include <string>

#include "core/base/embedded_tokenizer.h"

namespace headscope {

/// A tokenizer in the files of the Hugging Face tokenizers library and of transformers.
struct HuggingFaceTokenizer {
    std::string tokenizer_json;
    std::string tokenizer_config_json;
};

/// Writes the tokenizer of a GGUF file so that AutoTokenizer opens it and makes the ids of
/// open_gguf_tokenizer(): byte-level BPE with the expressions that `pre` names, or SentencePiece's
/// BPE, whose merges follow from the scores: of all pairs of tokens that make a token those with
/// the highest score first. Control tokens become special ones. Throws Error(unsupported) for
/// another kind of tokenizer, as open_gguf_tokenizer() does.
HuggingFaceTokenizer make_hugging_face_tokenizer(const EmbeddedTokenizer& embedded);

}  // namespace headscope
