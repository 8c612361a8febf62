#include "core/evaluation/metrics/metric.h"

namespace headscope::metrics {

/// exp of the mean negative log likelihood of a prediction.
std::vector<Metric> perplexity(const MetricInput& input) {
    const Estimate value = summarize(input.variant, input.predictions_per_window).perplexity;
    return {{"perplexity", "perplexity", "", value, false, true}};
}

}  // namespace headscope::metrics
