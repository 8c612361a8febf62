#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/evaluation/metrics/metric.h"

namespace headscope::metrics {

/// KL(original || variant) of a prediction: sum over the vocabulary of p ln(p / q).
std::vector<Metric> kl_divergence(const MetricInput& input) {
    if (!has_tokens(input)) return {};
    std::vector<float> sorted;
    const auto sum_of = [&](std::size_t i) {
        double sum = 0.0;
        for (const float kl : input.variant[i].tokens->kl)
            sum += static_cast<double>(kl);
        return sum;
    };
    std::vector<Metric> values{
        {"kl_divergence", "KL divergence", "nats", mean_of_windows(input, sum_of), false, true}};
    for (const WindowScore& score : input.variant)
        sorted.insert(sorted.end(), score.tokens->kl.begin(), score.tokens->kl.end());
    std::sort(sorted.begin(), sorted.end());
    const auto add = [&](const std::string& name, const std::string& title, double fraction) {
        values.push_back({"kl_divergence_" + name, "KL divergence, " + title, "nats",
                          plain(percentile(sorted, fraction)), false, false});
    };
    add("median", "median", 0.5);
    for (const double percent : {90.0, 95.0, 99.0, 99.9})
        add(fmt::format("p{}", percent), fmt::format("{} %", percent), percent / 100.0);
    add("max", "maximum", 1.0);
    return values;
}

}  // namespace headscope::metrics
