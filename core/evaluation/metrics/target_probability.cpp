#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/evaluation/metrics/metric.h"

namespace headscope::metrics {
namespace {

/// What a variant adds to the probability of each target of window `i`.
std::vector<float> changes_of(const MetricInput& input, std::size_t i) {
    const std::vector<float>& nll = input.variant[i].tokens->nll;
    const std::vector<float>& before = input.original[i].tokens->nll;
    std::vector<float> changes(nll.size());
    for (std::size_t t = 0; t < nll.size(); ++t)
        changes[t] = std::exp(-nll[t]) - std::exp(-before[t]);
    return changes;
}

}  // namespace

/// Change of the target's probability (llama.cpp's delta-p): mean, root mean square, percentiles.
std::vector<Metric> target_probability(const MetricInput& input) {
    if (!has_tokens(input)) return {};
    std::vector<float> sorted;
    std::vector<double> squares(input.variant.size());
    const auto sum_of = [&](std::size_t i) {
        double sum = 0.0;
        for (const float change : changes_of(input, i)) {
            sum += static_cast<double>(change);
            squares[i] += static_cast<double>(change) * static_cast<double>(change);
            sorted.push_back(change);
        }
        return sum;
    };
    std::vector<Metric> values{{"target_probability_change", "target probability, change",
                                "fraction", mean_of_windows(input, sum_of), true, false}};
    const Estimate mean_square = mean_of_windows(input, [&](std::size_t i) { return squares[i]; });
    const auto root = [](double square) { return std::sqrt(std::max(0.0, square)); };
    Estimate rms = plain(root(mean_square.value));
    if (std::isfinite(mean_square.low)) {
        rms.low = root(mean_square.low);
        rms.high = root(mean_square.high);
    }
    values.push_back({"target_probability_change_rms", "target probability, RMS change", "fraction",
                      rms, false, true});
    std::sort(sorted.begin(), sorted.end());
    const auto add = [&](const std::string& name, const std::string& title, double fraction) {
        values.push_back({"target_probability_change_" + name, "target probability, " + title,
                          "fraction", plain(percentile(sorted, fraction)), true, false});
    };
    add("min", "largest fall", 0.0);
    for (const double percent : {0.1, 1.0, 5.0, 10.0, 25.0})
        add(fmt::format("p{}", percent), fmt::format("{} %", percent), percent / 100.0);
    add("median", "median", 0.5);
    for (const double percent : {75.0, 90.0, 95.0, 99.0, 99.9})
        add(fmt::format("p{}", percent), fmt::format("{} %", percent), percent / 100.0);
    add("max", "largest rise", 1.0);
    return values;
}

}  // namespace headscope::metrics
