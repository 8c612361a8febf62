#pragma once

#include <cstdint>

#include "core/tokenizer/added_tokens.h"
#include "core/tokenizer/json_document.h"

namespace headscope {

/// An added token as tokenizer.json and tokenizer_config.json describe it.
AddedToken read_added_token(const JsonValue& value, std::int32_t id);

}  // namespace headscope
