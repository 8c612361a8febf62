#pragma once

#include <cstdint>

#include "core/merging/apply_torch.h"
#include "core/merging/head_weights_torch.h"

namespace headscope {

/// Turns the bases of heads as `merge` asks for, in place, before anything is averaged. What the
/// layer computes stays as it was, but for rounding.
///
/// For each group of KV heads (frames.h) two problems are solved, one for the orthogonal R of V and
/// O and one for the angles of Q and K's rotary pairs. Each makes the sum of two shares as small as
/// can be: the share of V's (or, from activations, of the attended values') sum of squares that
/// the means lose, and the share of O's; the share of K's and the share of Q's. Shares, because the
/// scale of V against O is as arbitrary as the basis; both count alike, because what a merge loses
/// of the heads' outputs is a product of the two. Biases are a column of their matrix.
///
/// Throws Error(bad_input) where the moments are missing or of another shape.
void align_bases(const LayerMerge& merge, std::int64_t head_dim, const HeadWeights& weights,
                 AttentionProjections& projections);

}  // namespace headscope
