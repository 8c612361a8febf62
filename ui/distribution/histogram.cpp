#include "ui/distribution/histogram.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>

namespace headscope::ui {
namespace {

constexpr int kFewestBins = 40;
constexpr int kMostBins = 200;

/// 1, 2 or 5 times a power of ten, at least `step`.
double round_step(double step) {
    const double power = std::pow(10.0, std::floor(std::log10(step)));
    for (const double factor : {1.0, 2.0, 5.0}) {
        if (factor * power >= step) return factor * power;
    }
    return 10.0 * power;
}

struct Range {
    double low;
    double high;
};

Range rounded_outward(double low, double high) {
    // Equal similarities still need a range; steps of a twentieth leave little of it empty.
    const double step = round_step(std::max((high - low) / 20.0, 0.0005));
    const double down = std::max(std::floor(low / step) * step, -1.0);
    const double up = std::min(std::ceil(high / step) * step, 1.0);
    // Rounding may land a little inside, and a value on a step leaves no width.
    Range range{std::min(down, low), std::max(up, high)};
    if (range.high - range.low < step) {
        if (range.low - step >= -1.0) {
            range.low -= step;
        } else {
            range.high += step;
        }
    }
    return range;
}

int bin_count(std::span<const double> falling, double width) {
    const std::size_t n = falling.size();
    const double quartiles = falling[n / 4] - falling[n - 1 - n / 4];
    const double bin = 2.0 * quartiles / std::cbrt(static_cast<double>(n));
    if (!(bin > 0.0)) return kFewestBins;
    return static_cast<int>(
        std::clamp(std::ceil(width / bin), double{kFewestBins}, double{kMostBins}));
}

}  // namespace

double Histogram::edge(std::size_t i) const {
    if (i >= counts.size()) return high;
    return low + (high - low) * static_cast<double>(i) / static_cast<double>(counts.size());
}

double Histogram::bin_width() const {
    return counts.empty() ? 0.0 : (high - low) / static_cast<double>(counts.size());
}

std::int64_t Histogram::highest_count() const {
    return counts.empty() ? 0 : *std::max_element(counts.begin(), counts.end());
}

Histogram make_histogram(std::span<const double> falling) {
    if (falling.empty()) return {};
    const Range range = rounded_outward(falling.back(), falling.front());
    Histogram histogram{range.low, range.high, {}};
    histogram.counts.resize(static_cast<std::size_t>(bin_count(falling, range.high - range.low)));
    auto above = falling.end();  // the first that is counted already
    for (std::size_t i = 0; i < histogram.counts.size(); ++i) {
        // Those at or above the next edge stay for later bins; the last bin takes all.
        const bool last = i + 1 == histogram.counts.size();
        const auto begin = last ? falling.begin()
                                : std::partition_point(falling.begin(), above,
                                                       [edge = histogram.edge(i + 1)](double v) {
                                                           return v >= edge;
                                                       });
        histogram.counts[i] = above - begin;
        above = begin;
    }
    return histogram;
}

std::vector<std::int64_t> counts_in_bins(const Histogram& histogram,
                                         std::span<const double> similarities) {
    const std::size_t bins = histogram.counts.size();
    std::vector<std::int64_t> counts(bins, 0);
    if (bins == 0) return counts;
    std::vector<double> edges;
    for (std::size_t i = 0; i <= bins; ++i)
        edges.push_back(histogram.edge(i));
    for (const double similarity : similarities) {
        if (!(similarity >= edges.front() && similarity <= edges.back())) continue;
        const auto above = std::upper_bound(edges.begin(), edges.end(), similarity);
        const auto bin = static_cast<std::size_t>(above - edges.begin()) - 1;
        ++counts[std::min(bin, bins - 1)];  // the last holds its upper edge too
    }
    return counts;
}

}  // namespace headscope::ui
