#include "core/evaluation/metrics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace headscope {

Estimate mean_estimate(std::span<const double> values) {
    const auto count = static_cast<double>(values.size());
    double sum = 0.0;
    for (const double value : values)
        sum += value;
    const double mean = sum / count;
    if (values.size() < 2) {
        constexpr double kInfinity = std::numeric_limits<double>::infinity();
        return {mean, -kInfinity, kInfinity};
    }
    double squares = 0.0;
    for (const double value : values)
        squares += (value - mean) * (value - mean);
    const double standard_error = std::sqrt(squares / (count - 1.0) / count);
    const double reach =
        student_t_975(static_cast<std::int64_t>(values.size()) - 1) * standard_error;
    return {mean, mean - reach, mean + reach};
}

namespace {

/// exp of an estimate: the interval keeps its coverage, since exp is monotonic.
Estimate exponential(const Estimate& log) {
    return {std::exp(log.value), std::exp(log.low), std::exp(log.high)};
}

template <typename ValueOf>
Estimate mean_over(std::size_t count, ValueOf value_of) {
    std::vector<double> values(count);
    for (std::size_t i = 0; i < count; ++i)
        values[i] = value_of(i);
    return mean_estimate(values);
}

}  // namespace

bool WindowScore::operator==(const WindowScore& other) const {
    const bool same_tokens =
        tokens == other.tokens || (tokens != nullptr && other.tokens && *tokens == *other.tokens);
    return nll == other.nll && correct == other.correct && same_tokens;
}

Metrics summarize(std::span<const WindowScore> scores, std::int64_t predictions_per_window) {
    Metrics metrics;
    metrics.windows = static_cast<std::int64_t>(scores.size());
    metrics.predictions = metrics.windows * predictions_per_window;
    if (scores.empty()) return metrics;
    for (const WindowScore& score : scores) {
        metrics.nll += score.nll;
        metrics.correct += score.correct;
    }
    const auto each = static_cast<double>(predictions_per_window);
    metrics.perplexity =
        exponential(mean_over(scores.size(), [&](std::size_t i) { return scores[i].nll / each; }));
    metrics.perplexity.value = std::exp(metrics.nll / static_cast<double>(metrics.predictions));
    metrics.accuracy = mean_over(scores.size(), [&](std::size_t i) {
        return static_cast<double>(scores[i].correct) / each;
    });
    metrics.accuracy.value =
        static_cast<double>(metrics.correct) / static_cast<double>(metrics.predictions);
    return metrics;
}

Change compare(std::span<const WindowScore> original, std::span<const WindowScore> variant,
               std::int64_t predictions_per_window) {
    const std::size_t count = std::min(original.size(), variant.size());
    if (count == 0) return {};
    const auto each = static_cast<double>(predictions_per_window);
    return {exponential(mean_over(
                count, [&](std::size_t i) { return (variant[i].nll - original[i].nll) / each; })),
            mean_over(count, [&](std::size_t i) {
                return static_cast<double>(variant[i].correct - original[i].correct) / each;
            })};
}

double student_t_975(std::int64_t degrees) {
    if (degrees <= 0) return std::numeric_limits<double>::infinity();
    if (degrees == 1) return 12.7062047;
    if (degrees == 2) return 4.3026527;
    constexpr double z = 1.959963985;  // the normal quantile
    const auto n = static_cast<double>(degrees);
    const double z3 = z * z * z;
    const double z5 = z3 * z * z;
    const double z7 = z5 * z * z;
    const double z9 = z7 * z * z;
    return z + (z3 + z) / (4.0 * n) + (5.0 * z5 + 16.0 * z3 + 3.0 * z) / (96.0 * n * n) +
           (3.0 * z7 + 19.0 * z5 + 17.0 * z3 - 15.0 * z) / (384.0 * n * n * n) +
           (79.0 * z9 + 776.0 * z7 + 1482.0 * z5 - 1920.0 * z3 - 945.0 * z) /
               (92160.0 * n * n * n * n);
}

}  // namespace headscope
