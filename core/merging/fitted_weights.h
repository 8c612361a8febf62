#pragma once

#include <cstdint>
#include <vector>

namespace headscope {

/// Weights of one projection of a layer that a refit or a distillation puts in the place of those
/// that merging left: the output projection of its attention or of its MLP, or V.
struct FittedWeights {
    std::int64_t rows = 0;      ///< hidden size; of V: KV heads * head_dim
    std::int64_t columns = 0;   ///< heads * head_dim, what the MLP activates; of V: hidden size
    std::vector<float> weight;  ///< [rows, columns]; output columns of silent heads are zero
    std::vector<float> bias;    ///< [rows]; empty where the model has none

    bool operator==(const FittedWeights&) const = default;
};

}  // namespace headscope
