#pragma once

#include <set>
#include <string_view>

#include "core/architecture/config_fields.h"
#include "core/architecture/model_config.h"

namespace headscope {

/// Reads what layers have of their own into `layer_heads`: `per_layer_config`, as in transformers
/// 5.17, `{"5": {"num_attention_heads": 6, "num_key_value_heads": 2}, "7": {"skip":
/// ["attention"]}}`, or `headscope_heads` of a compact model type, as Headscope 0.1 wrote it. A
/// layer whose attention is skipped counts as one head that writes nothing. The numbers of the
/// whole model must be there already. Throws Error(bad_input) and Error(unsupported) that name the
/// field.
void read_layer_heads(const ConfigFields& fields, ModelConfig& config);

/// The layers whose attention a config.json that was read before skips.
std::set<int> skipped_attention(std::string_view config_json);

/// Whether a layer whose attention is skipped lacks the part.
constexpr bool belongs_to_attention(Part part) {
    return part >= Part::attention_norm && part <= Part::attention_output_norm;
}

}  // namespace headscope
