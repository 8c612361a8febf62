#pragma once

#include <cstdint>

#include <ATen/core/Tensor.h>

#include "core/merging/merge_plan.h"

namespace headscope {

/// The attention projections of one layer, float32; may be views into larger tensors. Biases are
/// undefined where the model has none. The output projection's bias belongs to no head.
struct AttentionProjections {
    at::Tensor q;         ///< [heads * head_dim, hidden]
    at::Tensor k;         ///< [kv_heads * head_dim, hidden]
    at::Tensor v;         ///< [kv_heads * head_dim, hidden]
    at::Tensor o;         ///< [hidden, heads * head_dim]
    at::Tensor q_bias{};  ///< [heads * head_dim]
    at::Tensor k_bias{};  ///< [kv_heads * head_dim]
    at::Tensor v_bias{};  ///< [kv_heads * head_dim]
};

/// Carries out a merge, in place: step by step, the members' rows of Q and columns of O (of K and
/// V) become their mean, and so do the biases of those rows. Members of one step are bit-identical
/// afterwards.
void apply_merge(const LayerMerge& merge, std::int64_t head_dim, AttentionProjections& projections);

}  // namespace headscope
