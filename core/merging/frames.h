#pragma once

#include <vector>

#include "core/merging/layer_merge.h"

namespace headscope {

/// KV heads whose bases have to agree with each other, because means are taken across them. The
/// basis of a KV head is that of its rows of K and V and of the rows of Q and columns of O of all
/// the heads that it serves, which turn with it.
///
/// What may be turned:
/// - Where the KV policy averages, the KV heads of a KV group, so that all four blocks agree.
/// - Where it keeps K and V, the KV heads behind a group as well: K and V then change their basis
///   and nothing else, and what is averaged, Q and O, agrees better.
/// - Heads that share a KV head have no freedom towards each other. K and V as good as always have
///   full row rank, so that A^T K = K for the change A of one head's Q, and likewise for its O,
///   holds for A = 1 only. Nothing is to be aligned inside a KV head, as under the policy `within`.
///
/// Exchanging whole heads is another symmetry, and changes no mean; which heads meet is the
/// grouping's choice.
struct FrameGroup {
    std::vector<int> kv_heads;         ///< at least two, ascending; the first keeps its basis
    std::vector<HeadGroup> head_sets;  ///< heads whose Q and O are averaged together
    std::vector<HeadGroup> key_sets;   ///< KV heads whose K are averaged together
    /// KV heads whose V should agree: those that are averaged together or, where V stays, those
    /// behind a head set, because a mean of O costs nothing where the values agree.
    std::vector<HeadGroup> value_sets;
};

/// Those of a merge, ordered by their first KV head, whether the merge aligns or not. The steps of
/// a `sequential` merge depend on each other: heads that influence each other count as averaged
/// together, and all steps are taken in the bases found for that.
std::vector<FrameGroup> frame_groups(const LayerMerge& merge, int kv_heads, int heads_per_kv);

}  // namespace headscope
