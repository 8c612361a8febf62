#include "core/search/rank_correlation.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

namespace headscope {

std::vector<double> mean_ranks(std::span<const double> values) {
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
    std::vector<double> ranks(values.size());
    for (std::size_t first = 0; first < order.size();) {
        std::size_t end = first + 1;
        while (end < order.size() && values[order[end]] == values[order[first]])
            ++end;
        const double rank = (static_cast<double>(first + 1) + static_cast<double>(end)) / 2.0;
        for (std::size_t i = first; i < end; ++i)
            ranks[order[i]] = rank;
        first = end;
    }
    return ranks;
}

std::optional<double> rank_correlation(std::span<const double> a, std::span<const double> b) {
    const std::size_t count = std::min(a.size(), b.size());
    if (count < 2) return std::nullopt;
    const std::vector<double> ranks_a = mean_ranks(a.first(count));
    const std::vector<double> ranks_b = mean_ranks(b.first(count));
    const double mean = (static_cast<double>(count) + 1.0) / 2.0;  // of any ranks, ties or not
    double together = 0.0;
    double squares_a = 0.0;
    double squares_b = 0.0;
    for (std::size_t i = 0; i < count; ++i) {
        together += (ranks_a[i] - mean) * (ranks_b[i] - mean);
        squares_a += (ranks_a[i] - mean) * (ranks_a[i] - mean);
        squares_b += (ranks_b[i] - mean) * (ranks_b[i] - mean);
    }
    if (squares_a == 0.0 || squares_b == 0.0) return std::nullopt;
    return std::clamp(together / std::sqrt(squares_a * squares_b), -1.0, 1.0);
}

}  // namespace headscope
