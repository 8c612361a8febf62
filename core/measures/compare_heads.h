#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/progress.h"
#include "core/evaluation/windows.h"
#include "core/model/model.h"
#include "core/similarity/similarity.h"

namespace headscope {

/// Compares heads by any measure, wherever it computes best.
struct HeadComparison {
    Measure measure = Measure::q;
    std::vector<int> layers;  ///< in the order of the result; empty for all
    /// For cosines of weights; other measures of weights compute on the CPU, and one of behaviour
    /// where its model does. "cpu" and "cuda" are obeyed. With "auto" blocks are compared on the
    /// CPU, which takes hardly longer than reading them, and circuits on a GPU where there is one
    /// and the CPU would take over a second.
    ComputeOptions compute;
    std::shared_ptr<const Windows> calibration;  ///< for measures of behaviour
};

/// Gives the loaded model; called at most once, and only for measures of behaviour.
using ModelFn = std::function<Model()>;

/// Where compare_heads computes a weight measure: "cpu", "cuda:0". Throws what resolve() throws.
std::string comparison_device(const Checkpoint& checkpoint, const HeadComparison& params);

/// One matrix a layer. Errors, progress and cancelling are those of compute_similarity and of
/// observe_heads, and what `model` throws.
std::vector<SimilarityMatrix> compare_heads(const Checkpoint& checkpoint,
                                            const HeadComparison& params, const ModelFn& model,
                                            const ProgressFn& progress = {},
                                            const std::stop_token& stop = {});

/// The matrices of the first of several processes that a launcher started together, in all of them:
/// figures of different devices may differ in their last digits, and plans must not. All call it.
std::vector<SimilarityMatrix> agree_on(std::vector<SimilarityMatrix> matrices);

}  // namespace headscope
