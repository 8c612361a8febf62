#pragma once

#include <stop_token>
#include <vector>

#include "core/similarity/similarity.h"

namespace headscope {

/// compute_similarity for the measures of weight blocks: the cosine of the stacked blocks is the
/// sum of the dot products of each projection over the root of the summed squares.
std::vector<SimilarityMatrix> compute_block_similarity(const Checkpoint& checkpoint,
                                                       Measure measure,
                                                       const std::vector<int>& layers, int workers,
                                                       const ProgressFn& progress,
                                                       const std::stop_token& stop);

}  // namespace headscope
