#include "core/merging/ranked_pairs.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <utility>

#include "core/base/merge_runs.h"

namespace headscope {

RankedPairs::RankedPairs(const SimilarityMatrix& matrix)
    : layer_(matrix.layer),
      heads_(matrix.heads),
      pairs_(find_pairs(matrix, -std::numeric_limits<double>::infinity())) {}

RankedPairs RankedPairs::allowed_by(KvPolicy policy, int heads_per_kv) const {
    RankedPairs allowed = *this;
    if (policy == KvPolicy::within) {
        std::erase_if(allowed.pairs_, [&](const HeadPair& pair) {
            return pair.first / heads_per_kv != pair.second / heads_per_kv;
        });
    }
    return allowed;
}

RankedPairs RankedPairs::without(const std::function<bool(int head)>& excluded) const {
    RankedPairs left = *this;
    std::erase_if(left.pairs_, [&](const HeadPair& pair) {
        return excluded(pair.first) || excluded(pair.second);
    });
    return left;
}

std::span<const HeadPair> RankedPairs::at_least(double threshold) const {
    const auto end = std::partition_point(
        pairs_.begin(), pairs_.end(),
        [threshold](const HeadPair& pair) { return pair.similarity >= threshold; });
    return {pairs_.begin(), end};
}

std::vector<double> falling_similarities(std::span<const RankedPairs* const> layers) {
    std::vector<double> values;
    std::vector<std::ptrdiff_t> ends = {0};
    for (const RankedPairs* layer : layers) {
        for (const HeadPair& pair : layer->all())
            values.push_back(pair.similarity);
        ends.push_back(static_cast<std::ptrdiff_t>(values.size()));
    }
    merge_runs(values, std::move(ends), std::greater<>());
    return values;
}

double threshold_of_closest(std::span<const double> falling, std::size_t count) {
    constexpr double kAboveAll = std::numeric_limits<double>::infinity();
    if (falling.empty()) return kAboveAll;
    if (count == 0) return std::nextafter(falling.front(), kAboveAll);
    return falling[std::min(count, falling.size()) - 1];
}

double shortest_threshold(std::span<const double> falling, double threshold) {
    if (!std::isfinite(threshold)) return threshold;
    const auto selected = [falling](double value) {
        return std::partition_point(falling.begin(), falling.end(),
                                    [value](double v) { return v >= value; }) -
               falling.begin();
    };
    const auto wanted = selected(threshold);
    constexpr int kDigits = std::numeric_limits<double>::digits10;
    double unit = 10.0;
    for (int digits = 1; digits <= kDigits; ++digits, unit *= 10.0) {
        const double scaled = threshold * unit;
        const double shorter = (wanted == 0 ? std::ceil(scaled) : std::floor(scaled)) / unit;
        if (selected(shorter) == wanted) return shorter;
    }
    return threshold;
}

double threshold_of_percentile(std::span<const double> falling, double percentile) {
    if (falling.empty()) return std::numeric_limits<double>::infinity();
    const auto last = static_cast<double>(falling.size() - 1);
    const double from_top = (100.0 - std::clamp(percentile, 0.0, 100.0)) / 100.0 * last;
    // A rank that is whole but for rounding stays whole.
    return falling[static_cast<std::size_t>(std::floor(from_top + 1e-9 * (last + 1.0)))];
}

}  // namespace headscope
