#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace headscope {

/// What the predictions of one window say about one variant, in their order.
struct TokenScores {
    std::vector<float> nll;             ///< negative log likelihood of the target, nats
    std::vector<std::uint8_t> correct;  ///< 1 where the target is the top token
    /// Against the original: KL(original || variant), nats, and 1 where both have the same top
    /// token. Zeros and ones for the original itself; empty where nothing was compared.
    std::vector<float> kl;
    std::vector<std::uint8_t> same_top;

    bool operator==(const TokenScores&) const = default;
};

/// What one window says about one variant.
struct WindowScore {
    double nll = 0.0;          ///< sum of the negative log likelihoods of its predictions, nats
    std::int64_t correct = 0;  ///< predictions whose argmax is the target
    /// Of an evaluation with EvaluationParams::divergence, or of windows with predictions of their
    /// own; null elsewhere.
    std::shared_ptr<const TokenScores> tokens = nullptr;

    bool operator==(const WindowScore& other) const;
};

/// A value with its 95 % confidence interval. The interval takes the windows as independent draws
/// of text; with fewer than two windows it is infinite.
struct Estimate {
    double value = 0.0;
    double low = 0.0;
    double high = 0.0;
};

/// Metrics of a variant over some windows.
struct Metrics {
    Estimate perplexity;  ///< exp(nll / predictions)
    Estimate accuracy;    ///< correct / predictions
    double nll = 0.0;
    std::int64_t correct = 0;
    std::int64_t predictions = 0;
    std::int64_t windows = 0;
};

/// A variant against the original, from the differences in each window: since both read the same
/// text, the interval is far narrower than those of the two perplexities.
struct Change {
    Estimate perplexity_ratio;     ///< variant / original
    Estimate accuracy_difference;  ///< variant - original
};

/// Metrics of windows that make `predictions_per_window` predictions each.
Metrics summarize(std::span<const WindowScore> scores, std::int64_t predictions_per_window);

/// The paired change; both spans hold the same windows in the same order.
Change compare(std::span<const WindowScore> original, std::span<const WindowScore> variant,
               std::int64_t predictions_per_window);

/// Mean of `values`, at least one, with the interval of a mean of independent draws.
Estimate mean_estimate(std::span<const double> values);

/// The 0.975 quantile of Student's t with `degrees` degrees of freedom: the expansion of Abramowitz
/// & Stegun 26.7.5, within 0.2 % from 3 degrees on, and exact values below.
double student_t_975(std::int64_t degrees);

}  // namespace headscope
