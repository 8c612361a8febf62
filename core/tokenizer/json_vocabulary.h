#pragma once

#include <cstdint>
#include <utility>

#include "core/tokenizer/bpe_model.h"
#include "core/tokenizer/json_document.h"

namespace headscope {

/// An object of tokens and their ids, and one more than the highest id.
std::pair<Vocabulary, std::int32_t> read_vocabulary(const JsonValue& value);

}  // namespace headscope
