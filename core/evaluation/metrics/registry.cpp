#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "core/evaluation/metrics/metric.h"

namespace headscope {
namespace metrics {

using MetricFn = std::vector<Metric>(const MetricInput&);

// A metric is a file of its own in this folder, and one name here. The order is that of tables.
#define HEADSCOPE_METRICS(X) \
    X(perplexity)            \
    X(accuracy)              \
    X(perplexity_ratio)      \
    X(kl_divergence)         \
    X(same_top)              \
    X(target_probability)

#define HEADSCOPE_DECLARE(name) MetricFn name;
HEADSCOPE_METRICS(HEADSCOPE_DECLARE)
#undef HEADSCOPE_DECLARE

#define HEADSCOPE_ENTRY(name) &(name),
constexpr std::array kAll = {HEADSCOPE_METRICS(HEADSCOPE_ENTRY)};
#undef HEADSCOPE_ENTRY

Estimate plain(double value) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    return {value, -kInfinity, kInfinity};
}

bool has_tokens(const MetricInput& input) {
    return !input.original.empty() &&
           std::all_of(input.variant.begin(), input.variant.end(),
                       [](const WindowScore& score) {
                           return score.tokens && !score.tokens->kl.empty();
                       }) &&
           std::all_of(input.original.begin(), input.original.end(),
                       [](const WindowScore& score) { return score.tokens != nullptr; });
}

double percentile(std::span<const float> sorted, double fraction) {
    const double at = fraction * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(at);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    const auto low = static_cast<double>(sorted[below]);
    return low + (at - static_cast<double>(below)) * (static_cast<double>(sorted[above]) - low);
}

}  // namespace metrics

bool Metric::has_interval() const {
    return std::isfinite(value.low) && std::isfinite(value.high);
}

std::vector<Metric> compute_metrics(const MetricInput& input) {
    std::vector<Metric> all;
    if (input.variant.empty()) return all;
    for (const auto& compute : metrics::kAll) {
        std::vector<Metric> values = compute(input);
        std::move(values.begin(), values.end(), std::back_inserter(all));
    }
    return all;
}

const Metric* find_metric(std::span<const Metric> metrics, std::string_view name) {
    const auto found = std::find_if(metrics.begin(), metrics.end(),
                                    [&](const Metric& metric) { return metric.name == name; });
    return found == metrics.end() ? nullptr : &*found;
}

}  // namespace headscope
