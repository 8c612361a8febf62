#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/tokenizer/added_tokens.h"

namespace headscope {

/// What of a tokenizer_config.json matters here.
struct TokenizerConfig {
    std::string tokenizer_class;           ///< without "Fast" at its end; may be empty
    std::optional<bool> add_bos_token;     ///< whether a text begins with BOS, if it says so
    std::optional<std::string> bos_token;  ///< its text
    std::vector<AddedToken> added_tokens;  ///< added_tokens_decoder
};

/// `source` is the file's name for error texts. Throws Error(bad_input).
TokenizerConfig parse_tokenizer_config(std::string_view text, const std::string& source);

}  // namespace headscope
