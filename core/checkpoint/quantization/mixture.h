#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/architecture/tensor_map.h"
#include "core/checkpoint/quantization/block_types.h"

namespace headscope {

/// What llama.cpp's `llama-quantize` makes of a model under these names: most weights in one type,
/// those that matter more in a finer one.
enum class Mixture { q8_0, q6_k, q5_k_m, q4_k_m, q3_k_m };

/// From the finest to the coarsest.
std::span<const Mixture> all_mixtures();

/// "Q4_K_M"
std::string_view name_of(Mixture mixture);

/// Rows of a tensor that are stored in one type.
struct RowsOfType {
    std::int64_t first = 0;
    std::int64_t count = 0;
    const BlockType* type = nullptr;
};

/// The types that a tensor's rows, of `columns` elements, have under a mixture, as llama.cpp
/// chooses them for models of Llama's kind without an importance matrix. Several where the tensor
/// fuses projections that GGUF keeps apart; empty where it stays as it is (norms, biases, routers).
/// A type whose blocks do not fit the columns falls back: Q3_K to Q4_0, Q4_K to Q5_0, Q5_K to Q5_1,
/// Q6_K to Q8_0, and all to F16.
std::vector<RowsOfType> types_under(Mixture mixture, const ModelConfig& config,
                                    const ExpectedTensor& tensor, std::int64_t columns);

/// Bits that a weight takes on average under a mixture, scales and what stays in float32 included.
double bits_per_weight(Mixture mixture, const ModelConfig& config);

}  // namespace headscope
