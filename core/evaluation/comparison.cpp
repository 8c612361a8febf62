#include "core/evaluation/comparison.h"

#include <algorithm>
#include <utility>

namespace headscope {
namespace {

/// Puts the known scores of the original before those of variants.
Scores with_original(const Scores& original, const Scores& variants) {
    Scores all = variants;
    all.values.insert(all.values.begin(), original.values.front());
    return all;
}

/// One comparison: first the windows on which the original is known, then the others.
class Comparison {
  public:
    Comparison(const Model& model, const ComparisonParams& params)
        : model_(model), params_(params) {
        order_ = params.windows->shuffled_order();
        if (params.window_limit > 0 &&
            params.window_limit < static_cast<std::int64_t>(order_.size())) {
            order_.resize(static_cast<std::size_t>(params.window_limit));
        }
        const auto& done = params.original.done;
        const auto unknown =
            std::stable_partition(order_.begin(), order_.end(), [&done](std::int64_t window) {
                return !done.empty() && done[static_cast<std::size_t>(window)] != 0;
            });
        if (!params.divergence) known_count_ = static_cast<std::size_t>(unknown - order_.begin());
    }

    EvaluationResult run(const ProgressFn& progress, const ScoresFn& partial,
                         const std::stop_token& stop) const {
        EvaluationResult total;
        if (known_count_ > 0) total = run_where_known(progress, partial, stop);
        if (known_count_ == order_.size()) return total;

        EvaluationParams rest{params_.variants, params_.windows, total.scores, {}};
        rest.variants.insert(rest.variants.begin(), Variant{});
        rest.order.assign(order_.begin() + static_cast<std::ptrdiff_t>(known_count_), order_.end());
        rest.keep_states = true;  // plans are compared one after the other
        rest.divergence = params_.divergence;
        EvaluationResult result = evaluate(model_, rest, progress, partial, stop);
        result.layer_passes += total.layer_passes;
        result.separate_layer_passes += total.separate_layer_passes;
        result.seconds += total.seconds;
        return result;
    }

  private:
    EvaluationResult run_where_known(const ProgressFn& progress, const ScoresFn& partial,
                                     const std::stop_token& stop) const {
        EvaluationParams known{params_.variants, params_.windows, {}, {}};
        known.order.assign(order_.begin(),
                           order_.begin() + static_cast<std::ptrdiff_t>(known_count_));
        known.keep_states = true;
        EvaluationResult result = evaluate(
            model_, known,
            [&](Progress at) {
                if (at.unit == "windows") at.total = static_cast<std::int64_t>(order_.size());
                if (progress) progress(at);
            },
            [&](const Scores& scores) {
                if (partial) partial(with_original(params_.original, scores));
            },
            stop);
        result.scores = with_original(params_.original, result.scores);
        return result;
    }

    const Model& model_;
    const ComparisonParams& params_;
    std::vector<std::int64_t> order_;
    std::size_t known_count_ = 0;
};

}  // namespace

EvaluationResult evaluate_against_original(const Model& model, const ComparisonParams& params,
                                           const ProgressFn& progress, const ScoresFn& partial,
                                           const std::stop_token& stop) {
    return Comparison(model, params).run(progress, partial, stop);
}

Scores scores_of(const Scores& scores, std::size_t variant) {
    return {scores.predictions_per_window, scores.done, {scores.values.at(variant)}};
}

}  // namespace headscope
