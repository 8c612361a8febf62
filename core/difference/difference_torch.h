#pragma once

#include "core/difference/difference_engine.h"

/// The functions of DifferenceEngine.
namespace headscope {

std::vector<LayerMatches> match_heads(const Checkpoint& first, const Checkpoint& second,
                                      Measure measure, const std::vector<int>& layers, int threads,
                                      const ProgressFn& progress, const std::stop_token& stop);

TensorDifferences subtract_tensors(const Checkpoint& first, const Checkpoint& second, int threads,
                                   const ProgressFn& progress, const std::stop_token& stop);

Scores score_pair(const Model& first, const Model& second, const Windows& windows, bool divergence,
                  const ProgressFn& progress, const std::stop_token& stop);

}  // namespace headscope
