#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/tokenizer/tokenizer.h"
#include "core/tokenizer/tokenizer_config.h"

namespace headscope {

/// Whether `bytes` begin with a line of tiktoken's rank files: "<bytes in base64> <rank>".
bool is_tiktoken_file(std::string_view bytes);

/// The tokenizer of Llama 3 from the text of Meta's tokenizer.model, a rank file. Such a file holds
/// the base tokens only; 256 special tokens follow them, of which the first is BOS
/// (<|begin_of_text|>), and the expression that cuts text into words is Llama 3's. `source` is the
/// file's name, for error texts; `config` may say that no text begins with BOS. The file's
/// beginning is read at once, the rest with the first use.
///
/// Throws Error(bad_input) naming the line where one is not "<base64> <rank>", where a token or a
/// rank stands twice, a rank is missing, or a byte has no token.
std::unique_ptr<const Tokenizer> parse_tiktoken_file(std::string text, const std::string& source,
                                                     const TokenizerConfig& config = {});

}  // namespace headscope
