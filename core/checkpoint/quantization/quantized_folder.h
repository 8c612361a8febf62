#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "core/checkpoint/tensor_table.h"

namespace headscope {

/// Replaces what a quantized Hugging Face folder has in the place of each weight, such as
/// `q_proj.qweight`, `q_proj.qzeros` and `q_proj.scales`, by the weight itself, which is read as
/// float32. `quantization` is the config's quantization_config, `source` the config's file name.
/// Throws Error(unsupported) that names the field for a scheme, a field or a value that is not
/// known, and Error(bad_input) that names the tensor for one that lacks a piece or whose pieces do
/// not fit each other.
void read_quantized_weights(const nlohmann::json& quantization, std::string_view source,
                            TensorTable& table);

/// Throws Error(unsupported) where the tensors are quantized and no config says how.
void refuse_unexplained_quantization(const TensorTable& table, std::string_view source);

}  // namespace headscope
