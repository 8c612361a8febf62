#pragma once

#include <cstdint>

#include <ATen/core/Tensor.h>

#include "core/merging/merge_plan.h"

namespace headscope {

/// The attention projections of one layer, float32; may be views into larger tensors.
struct AttentionProjections {
    at::Tensor q;  ///< [heads * head_dim, hidden]
    at::Tensor k;  ///< [kv_heads * head_dim, hidden]
    at::Tensor v;  ///< [kv_heads * head_dim, hidden]
    at::Tensor o;  ///< [hidden, heads * head_dim]
};

/// Carries out a merge, in place: step by step, the members' rows of Q and columns of O (of K and
/// V) become their mean. Members of one step are bit-identical afterwards.
void apply_merge(const LayerMerge& merge, std::int64_t head_dim, AttentionProjections& projections);

}  // namespace headscope
