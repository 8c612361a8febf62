#include <numeric>

#include "core/evaluation/metrics/metric.h"

namespace headscope::metrics {

/// Share of the predictions whose most likely token is that of the original.
std::vector<Metric> same_top(const MetricInput& input) {
    if (!has_tokens(input)) return {};
    const auto count_of = [&](std::size_t i) {
        const std::vector<std::uint8_t>& same = input.variant[i].tokens->same_top;
        return static_cast<double>(std::accumulate(same.begin(), same.end(), std::int64_t{0}));
    };
    return {
        {"same_top", "same top token", "fraction", mean_of_windows(input, count_of), true, true}};
}

}  // namespace headscope::metrics
