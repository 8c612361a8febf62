#pragma once

#include "core/evaluation/evaluator.h"

namespace headscope {

/// Variants to be compared with the original, of which scores may be known from before.
struct ComparisonParams {
    std::vector<Variant> variants;  ///< without the original
    std::shared_ptr<const Windows> windows;
    std::int64_t window_limit = 0;  ///< only the first so many of the shuffled order; 0: all
    Scores original;                ///< one variant, over the same windows; may be empty
    /// As EvaluationParams::divergence: the original is computed again where it is known.
    bool divergence = false;
};

/// Evaluates variants beside the original, as evaluate() does, but leaves out what is known of the
/// original. The scores, also those that `partial` gets, hold the original first. Errors and
/// cancelling are those of evaluate().
EvaluationResult evaluate_against_original(const Model& model, const ComparisonParams& params,
                                           const ProgressFn& progress = {},
                                           const ScoresFn& partial = {},
                                           const std::stop_token& stop = {});

/// The scores of one variant alone.
Scores scores_of(const Scores& scores, std::size_t variant);

}  // namespace headscope
