#include "core/evaluation/metrics/metric.h"

namespace headscope::metrics {

/// ln(perplexity of the variant / perplexity of the original), paired: the mean over predictions of
/// the difference of both negative log likelihoods. Its interval takes sequences as independent
/// draws; that of `_by_token` takes predictions, as llama.cpp's does, and is narrower than it
/// should be where neighbours depend on each other.
std::vector<Metric> perplexity_ratio(const MetricInput& input) {
    if (input.original.empty()) return {};
    const auto difference = [&](std::size_t i) {
        return input.variant[i].nll - input.original[i].nll;
    };
    std::vector<Metric> values{{"ln_perplexity_ratio", "ln perplexity ratio", "nats",
                                mean_of_windows(input, difference), false, false}};
    if (!has_tokens(input)) return values;
    std::vector<double> differences;
    for (std::size_t i = 0; i < input.variant.size(); ++i) {
        const std::vector<float>& nll = input.variant[i].tokens->nll;
        const std::vector<float>& before = input.original[i].tokens->nll;
        for (std::size_t t = 0; t < nll.size(); ++t)
            differences.push_back(static_cast<double>(nll[t]) - static_cast<double>(before[t]));
    }
    values.push_back({"ln_perplexity_ratio_by_token", "ln perplexity ratio, by token", "nats",
                      mean_estimate(differences), false, false});
    return values;
}

}  // namespace headscope::metrics
