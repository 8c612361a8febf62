#pragma once

#include <cstdint>
#include <vector>

namespace headscope {

/// Output weights of a layer's attention or MLP that a refit puts in the place of those that
/// merging left.
struct OutputWeights {
    std::int64_t hidden = 0;  ///< rows
    std::int64_t width = 0;   ///< columns: heads * head_dim, or what the MLP activates
    std::vector<float> o;     ///< [hidden, width]; zero for heads that write nothing of their own
    std::vector<float> bias;  ///< [hidden]; empty where the model has none

    bool operator==(const OutputWeights&) const = default;
};

}  // namespace headscope
