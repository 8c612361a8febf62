#pragma once

#include <functional>
#include <span>
#include <vector>

#include "core/merging/kv_policy.h"
#include "core/merging/pairs.h"

namespace headscope {

/// The pairs of one layer, sorted once, so that those at any threshold are the first of them.
class RankedPairs {
  public:
    /// All pairs of the layer.
    explicit RankedPairs(const SimilarityMatrix& matrix);

    /// Those that a policy allows: `within` leaves pairs whose heads share a KV head, which serves
    /// `heads_per_kv` heads.
    [[nodiscard]] RankedPairs allowed_by(KvPolicy policy, int heads_per_kv) const;

    /// Those without the heads that `excluded` says are.
    [[nodiscard]] RankedPairs without(const std::function<bool(int head)>& excluded) const;

    [[nodiscard]] int layer() const { return layer_; }
    [[nodiscard]] int heads() const { return heads_; }

    /// Ordered as find_pairs orders them.
    [[nodiscard]] std::span<const HeadPair> all() const { return pairs_; }

    /// Those whose similarity is at least `threshold`; O(log pairs).
    [[nodiscard]] std::span<const HeadPair> at_least(double threshold) const;

  private:
    int layer_ = 0;
    int heads_ = 0;
    std::vector<HeadPair> pairs_;
};

/// The similarities of all pairs of some layers, falling.
std::vector<double> falling_similarities(std::span<const RankedPairs* const> layers);

/// The threshold that selects the `count` closest of `falling` similarities, and those equal to the
/// last of them; just above the highest where `count` is 0, infinity where there are none.
double threshold_of_closest(std::span<const double> falling, std::size_t count);

/// The threshold of the fewest decimals that selects the same of `falling` similarities, so that
/// people can read it, type it and name a file by it. Not above `threshold`, but where that selects
/// none: there it is the shortest that still does. `threshold` itself where no shorter one serves,
/// or it is not finite.
double shortest_threshold(std::span<const double> falling, double threshold);

/// The threshold that selects the similarities of at least the given percentile, in [0, 100]: the
/// value at rank percentile / 100 * (n - 1) of the rising order, rounded up to the next one that
/// occurs. 100 selects the highest only.
double threshold_of_percentile(std::span<const double> falling, double percentile);

}  // namespace headscope
