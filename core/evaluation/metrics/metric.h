#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/evaluation/metrics.h"

namespace headscope {

/// A value of an evaluation, with everything that a table or a file says about it.
struct Metric {
    std::string name;   ///< as in files and options: "kl_divergence_p99"
    std::string title;  ///< for people: "KL divergence, 99 %"
    std::string unit;   ///< "nats", "bits"; "fraction" of 1; empty for a plain number
    Estimate value;     ///< low and high are infinite where there is no interval
    std::optional<bool> higher_is_better;
    bool headline = false;  ///< belongs in a short table

    [[nodiscard]] bool has_interval() const;
};

/// The same windows of a variant and of the original, in the same order.
struct MetricInput {
    std::span<const WindowScore> variant;
    std::span<const WindowScore> original;  ///< empty where `variant` is the original
    std::int64_t predictions_per_window = 0;
};

/// The values of all registered metrics (registry.cpp) that the input has what they need for.
std::vector<Metric> compute_metrics(const MetricInput& input);

/// The metric of that name, or null.
const Metric* find_metric(std::span<const Metric> metrics, std::string_view name);

namespace metrics {

/// A value without an interval.
Estimate plain(double value);

/// Mean over windows of `value_of(i) / predictions`, with the interval of windows as independent
/// draws. At least one window.
template <typename ValueOf>
Estimate mean_of_windows(const MetricInput& input, ValueOf value_of) {
    std::vector<double> values(input.variant.size());
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = value_of(i) / static_cast<double>(input.predictions_per_window);
    return mean_estimate(values);
}

/// Whether the original is there and both sides know every prediction.
bool has_tokens(const MetricInput& input);

/// The value at `fraction` of the sorted values, at least one, between two by linear interpolation:
/// numpy's default, and llama.cpp's.
double percentile(std::span<const float> sorted, double fraction);

}  // namespace metrics
}  // namespace headscope
