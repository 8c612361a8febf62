#pragma once

#include "core/tokenizer/json_document.h"
#include "core/tokenizer/normalizer.h"
#include "core/tokenizer/pre_tokenizer.h"

namespace headscope {

/// The "normalizer" of a tokenizer.json. Throws Error(unsupported) naming a step that Headscope
/// does not read.
std::vector<Normalizer::Step> read_normalizer(const JsonValue& value);

struct PreTokenizerSteps {
    std::vector<PreTokenizer::Step> steps;
    bool byte_level = false;  ///< words are encoded by bytes
};

/// The "pre_tokenizer" of a tokenizer.json, likewise.
PreTokenizerSteps read_pre_tokenizer(const JsonValue& value);

}  // namespace headscope
