#include "core/evaluation/scores.h"

#include <algorithm>

namespace headscope {

std::int64_t Scores::windows_done() const {
    return static_cast<std::int64_t>(std::count(done.begin(), done.end(), 1));
}

std::vector<WindowScore> Scores::finished(std::size_t variant) const {
    std::vector<WindowScore> scores;
    for (std::size_t window = 0; window < done.size(); ++window) {
        if (done[window] != 0) scores.push_back(values.at(variant)[window]);
    }
    return scores;
}

Metrics Scores::metrics(std::size_t variant) const {
    return summarize(finished(variant), predictions_per_window);
}

Change Scores::change(std::size_t original, std::size_t variant) const {
    return compare(finished(original), finished(variant), predictions_per_window);
}

std::vector<Metric> Scores::metric_list(std::size_t variant) const {
    const std::vector<WindowScore> original =
        variant > 0 ? finished(0) : std::vector<WindowScore>();
    const std::vector<WindowScore> of_variant = finished(variant);
    return compute_metrics({of_variant, original, predictions_per_window});
}

}  // namespace headscope
