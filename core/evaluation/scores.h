#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/evaluation/metrics.h"
#include "core/evaluation/metrics/metric.h"

namespace headscope {

/// Scores of some variants, window by window: what an evaluation makes, and what a later one can go
/// on from.
struct Scores {
    std::int64_t predictions_per_window = 0;
    std::vector<std::uint8_t> done;                ///< [windows]: 1 where all variants are scored
    std::vector<std::vector<WindowScore>> values;  ///< [variants][windows]

    [[nodiscard]] std::int64_t windows_done() const;

    /// The scores of the finished windows of a variant, in the order of the text.
    [[nodiscard]] std::vector<WindowScore> finished(std::size_t variant) const;

    /// Metrics of a variant over the finished windows, and its change against another.
    [[nodiscard]] Metrics metrics(std::size_t variant) const;
    [[nodiscard]] Change change(std::size_t original, std::size_t variant) const;

    /// All metrics of a variant over the finished windows; those against the original, the first of
    /// the variants, for every other.
    [[nodiscard]] std::vector<Metric> metric_list(std::size_t variant) const;
};

}  // namespace headscope
