#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "core/checkpoint/checkpoint.h"
#include "core/merging/compaction.h"
#include "core/merging/merge_plan.h"

namespace headscope {

/// The projections of one layer's attention that merging changes, under their names, as a
/// checkpoint holds them: row-major, each in the dtype that it has there.
using ProjectionBytes = std::vector<std::pair<std::string, std::vector<std::byte>>>;

/// What the heads of a layer hold under a merge, before it is rounded to the checkpoint's dtype.
/// Throws Error(bad_input) where the engine module is missing.
HeadContents merged_contents(const Checkpoint& checkpoint, int layer, const LayerMerge& merge);

/// The layer's projections to q, k, v and o, and the biases of the first three where there are any,
/// under a merge, and the output projection of its MLP where a refit changed that: as the evaluator
/// averages them, in float32, then rounded to the checkpoint's dtype. With a selection only what it
/// leaves, in its order; columns of O are added up before they are rounded. Takes about three times
/// the memory that the layer's attention takes in float32, and lets go of what was read.
ProjectionBytes merged_projections(const Checkpoint& checkpoint, int layer, const LayerMerge& merge,
                                   const HeadSelection* selection = nullptr);

}  // namespace headscope
