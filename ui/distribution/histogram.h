#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace headscope::ui {

/// How many similarities lie where: bins of equal width over [low, high].
struct Histogram {
    double low = 0.0;
    double high = 0.0;
    std::vector<std::int64_t> counts;  ///< empty where there was nothing to count

    /// Where bin `i` begins; that of `counts.size()` is `high`. A bin holds its lower edge, not its
    /// upper one, but for the last, which holds both.
    [[nodiscard]] double edge(std::size_t i) const;
    [[nodiscard]] double bin_width() const;
    /// Of the fullest bin; 0 where there is none.
    [[nodiscard]] std::int64_t highest_count() const;
};

/// Counts similarities that come in falling order, as Session::similarities() does: O(bins log n).
/// The range is theirs, rounded outward to round numbers within [-1, 1]; the number of bins is that
/// of Freedman and Diaconis (1981), between 40 and 200.
[[nodiscard]] Histogram make_histogram(std::span<const double> falling);

/// Counts similarities, in any order, in the bins of a histogram; those outside its range do not
/// count.
[[nodiscard]] std::vector<std::int64_t> counts_in_bins(const Histogram& histogram,
                                                       std::span<const double> similarities);

}  // namespace headscope::ui
