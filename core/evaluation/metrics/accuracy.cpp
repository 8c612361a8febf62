#include "core/evaluation/metrics/metric.h"

namespace headscope::metrics {

/// Share of the predictions whose most likely token is the target, and its paired difference.
std::vector<Metric> accuracy(const MetricInput& input) {
    std::vector<Metric> values{{"accuracy", "accuracy", "fraction",
                                summarize(input.variant, input.predictions_per_window).accuracy,
                                true, true}};
    if (!input.original.empty()) {
        values.push_back({"accuracy_difference", "accuracy, difference", "fraction",
                          compare(input.original, input.variant, input.predictions_per_window)
                              .accuracy_difference,
                          true, false});
    }
    return values;
}

}  // namespace headscope::metrics
