#pragma once

#include <cstdint>
#include <vector>

#include "core/merging/apply_torch.h"

namespace headscope {

/// How much each head and each KV head counts in means.
struct HeadWeights {
    std::vector<double> of_heads;     ///< [heads]
    std::vector<double> of_kv_heads;  ///< [kv_heads], the sum over the heads that each serves
};

/// Those that `merge` asks for, of the layer's weights before anything is done to them. Throws
/// Error(bad_input) where it asks for usage and has it for another number of heads.
HeadWeights head_weights(const LayerMerge& merge, std::int64_t head_dim,
                         const AttentionProjections& projections);

/// Of the members of a group, the largest being 1; all 1 where all are 0.
std::vector<double> weights_within(const HeadGroup& group, const std::vector<double>& weights);

}  // namespace headscope
