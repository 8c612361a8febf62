#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/tokenizer/added_tokens.h"
#include "core/tokenizer/json_document.h"
#include "core/tokenizer/tokenizer_config.h"

namespace headscope {

/// The id of BOS, from the root of a tokenizer.json and the configuration; see
/// parse_tokenizer_json.
std::optional<std::int32_t> read_beginning(const JsonValue& root, const TokenizerConfig& config,
                                           const std::vector<AddedToken>& added_tokens);

}  // namespace headscope
