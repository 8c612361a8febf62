#pragma once

#include <cstdint>

#include <ATen/core/Tensor.h>

#include "core/merging/merge_plan.h"

namespace headscope {

/// The attention projections of one layer, float32; may be views into larger tensors. Biases are
/// undefined where the model has none.
struct AttentionProjections {
    at::Tensor q;         ///< [heads * head_dim, hidden]
    at::Tensor k;         ///< [kv_heads * head_dim, hidden]
    at::Tensor v;         ///< [kv_heads * head_dim, hidden]
    at::Tensor o;         ///< [hidden, heads * head_dim]
    at::Tensor q_bias{};  ///< [heads * head_dim]
    at::Tensor k_bias{};  ///< [kv_heads * head_dim]
    at::Tensor v_bias{};  ///< [kv_heads * head_dim]
    at::Tensor o_bias{};  ///< [hidden]; written to by a refit alone
    /// Gains of a norm over all heads (OLMo 2), a block of each head; undefined where the norm of
    /// each head has the same gain, or there is none.
    at::Tensor q_norm{};  ///< [heads * head_dim]
    at::Tensor k_norm{};  ///< [kv_heads * head_dim]
    at::Tensor sinks{};   ///< [heads]: a logit of each head that only takes attention away
};

/// Carries out a merge, in place. Where the merge aligns, bases are turned first (align_torch.h),
/// which rewrites K and V even where they are not averaged. Then, step by step, the members' rows
/// of Q and columns of O (of K and V) become their weighted mean, and so do the biases of those
/// rows. Members of one step are bit-identical afterwards.
///
/// Where the merge rescales, each mean is scaled so that its norm is the weighted mean of the norms
/// that it replaces; Q, K, V, O and each bias apart, for each shrinks by as much as its own blocks
/// disagree. A mean of less than a thousandth of that norm, of blocks that cancel each other,
/// stays.
///
/// The query of a group is the mean, or that of its stronger member, which has the larger usage.
/// Last, the columns of O of removed heads become zero, or all of O what a refit made of it.
/// A norm over all heads is taken with the gains of its heads averaged; its statistic stays that of
/// all heads, merged ones counted as often as they stand there. Sinks become the logarithm of the
/// weighted mean of their exponentials: the mean of what they add to the softmax.
///
/// Throws Error(bad_input) where the merge asks for figures of a calibration that it lacks.
void apply_merge(const LayerMerge& merge, std::int64_t head_dim, AttentionProjections& projections);

}  // namespace headscope
