#include "ui/distribution/choose_by.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "core/merging/ranked_pairs.h"

namespace headscope::ui {
namespace {

std::size_t selected(std::span<const double> falling, double threshold) {
    const auto end = std::partition_point(falling.begin(), falling.end(),
                                          [threshold](double v) { return v >= threshold; });
    return static_cast<std::size_t>(end - falling.begin());
}

double effective_threshold(const Choices& choices, std::span<const double> falling) {
    switch (choices.select_by) {
        case SelectBy::threshold:
            return choices.threshold;
        case SelectBy::percentile:
            return threshold_of_percentile(falling, choices.percentile);
        case SelectBy::closest:
            return threshold_of_closest(falling, static_cast<std::size_t>(choices.closest));
        case SelectBy::per_layer:  // which has no single one
            break;
    }
    return choices.threshold;
}

/// The percentile that selects `pairs`: in the middle of the range that does, so that rounding to
/// the three decimals of the field leaves it there where it can.
double percentile_for(std::span<const double> falling, std::size_t pairs) {
    if (falling.size() < 2 || pairs < 2) return 100.0;
    const double from_top =
        (static_cast<double>(pairs) - 0.5) / static_cast<double>(falling.size() - 1);
    return std::round(std::clamp(100.0 * (1.0 - from_top), 0.0, 100.0) * 1000.0) / 1000.0;
}

}  // namespace

Choices chosen_by(const Choices& choices, SelectBy select_by, std::span<const double> falling,
                  double threshold) {
    Choices changed = choices;
    changed.select_by = select_by;
    if (falling.empty() || select_by == choices.select_by || select_by == SelectBy::per_layer)
        return changed;
    const std::size_t pairs = selected(falling, threshold);
    if (selected(falling, effective_threshold(changed, falling)) == pairs) return changed;
    switch (select_by) {
        case SelectBy::threshold:
            changed.threshold = shortest_threshold(falling, std::clamp(threshold, -1.0, 1.0));
            break;
        case SelectBy::percentile:
            changed.percentile = percentile_for(falling, pairs);
            break;
        case SelectBy::closest:
            changed.closest = static_cast<int>(pairs);
            break;
        case SelectBy::per_layer:
            break;
    }
    return changed;
}

}  // namespace headscope::ui
