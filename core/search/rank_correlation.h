#pragma once

#include <optional>
#include <span>
#include <vector>

namespace headscope {

/// The ranks of values, 1 for the lowest; equal values share the mean of their ranks.
std::vector<double> mean_ranks(std::span<const double> values);

/// Spearman's rank correlation of paired values: Pearson's correlation of their mean ranks, which
/// is right with ties too (Kendall & Gibbons, Rank Correlation Methods, 1990, chapter 3). Nothing
/// where there are fewer than two pairs or all values of a side are equal. Both spans have the same
/// length; values are finite.
std::optional<double> rank_correlation(std::span<const double> a, std::span<const double> b);

}  // namespace headscope
