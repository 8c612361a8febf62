#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <vector>

#include "core/base/progress.h"
#include "core/evaluation/sharing.h"
#include "core/evaluation/windows.h"
#include "core/merging/distill_curve.h"
#include "core/model/model.h"

namespace headscope {

/// What is trained, and on what.
struct DistillParams {
    Variant variant;                         ///< whose refitted weights and V are trained
    std::shared_ptr<const Windows> windows;  ///< of the calibration text
    int steps = 0;
    std::int64_t tokens = 4096;  ///< of a step, at least one sequence
    /// The highest learning rate, as a share of the root mean square of each matrix.
    double rate = 3e-4;
};

/// Called with the curve so far after each measurement.
using DistillCurveFn = std::function<void(const DistillCurve& curve)>;

struct DistillResult {
    Variant variant;     ///< with the weights that did best on held-out text
    DistillCurve curve;  ///< the first point is before the first step
    double seconds = 0.0;
};

/// Trains the weights that a refit found, the output weights of the attention and, where it fitted
/// them, of the MLP, and V of the same layers (but where KV heads are merged), to make the variant
/// predict what the original predicts: the loss is the mean over the tokens of KL(original ||
/// variant) (Hinton et al., arXiv 1503.02531, temperature 1), minimised by AdamW (arXiv 1711.05101)
/// without weight decay. The rate rises over the first twentieth of the steps and falls by a cosine
/// to a tenth. Columns of heads that write nothing stay zero.
///
/// Every eighth sequence is held out. Ten times on the way, or every ten steps where they are few,
/// the loss on those is measured; the best weights are returned, those of the refit where training
/// made nothing better, and it ends early when three measurements in a row were worse. The same
/// text and steps give the same weights.
///
/// Costs a forward pass of the original and about four of the variant for each token of a step.
/// Throws Error(cancelled) within one micro-batch of a stop request, Error(unsupported) for a model
/// whose weights do not all fit in memory, Error(bad_input) for a text of a single sequence or a
/// variant without refitted weights, Error(out_of_memory) where a single sequence does not fit.
DistillResult distill(const Model& model, const DistillParams& params,
                      const ProgressFn& progress = {}, const std::stop_token& stop = {},
                      const DistillCurveFn& measured = {});

/// The factor of the highest learning rate in a step, counted from 0.
double rate_factor(int step, int steps);

}  // namespace headscope
