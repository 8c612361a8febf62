#pragma once

#include <stop_token>
#include <vector>

#include "core/base/progress.h"
#include "core/checkpoint/checkpoint.h"
#include "core/difference/weight_difference.h"
#include "core/evaluation/scores.h"
#include "core/evaluation/windows.h"
#include "core/model/model.h"
#include "core/similarity/measure.h"

/// What the engine module does for core/difference; see core/model/engine_module.h.
namespace headscope {

struct DifferenceEngine {
    /// Compares every head of `layers` with every head of the same layers of the other model, in
    /// float64. `measure` is one of weights. Both have head_dim, hidden size and layers in common.
    std::vector<LayerMatches> (*match_heads)(const Checkpoint& first, const Checkpoint& second,
                                             Measure measure, const std::vector<int>& layers,
                                             int threads, const ProgressFn& progress,
                                             const std::stop_token& stop) = nullptr;
    /// Subtracts all tensors of one name and shape, in pieces of rows, in float64.
    TensorDifferences (*subtract)(const Checkpoint& first, const Checkpoint& second, int threads,
                                  const ProgressFn& progress,
                                  const std::stop_token& stop) = nullptr;
    /// Scores both models on the same windows; the first takes the place of the original. Without
    /// `divergence` the vocabularies may differ in size.
    Scores (*score_pair)(const Model& first, const Model& second, const Windows& windows,
                         bool divergence, const ProgressFn& progress,
                         const std::stop_token& stop) = nullptr;
};

/// The module's symbol is a function without arguments that returns a `const DifferenceEngine*`.
inline constexpr const char* kDifferenceEngineSymbol = "headscope_difference_engine";

/// In the module.
extern const DifferenceEngine kDifferenceEngine;

}  // namespace headscope
