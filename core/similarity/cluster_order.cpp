#include "core/similarity/cluster_order.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <numeric>
#include <utility>

namespace headscope {
namespace {

/// The branches that are not merged yet, each named by its smallest head, and the mean similarity
/// between the heads of every two of them.
class Dendrogram {
  public:
    explicit Dendrogram(const SimilarityMatrix& matrix)
        : matrix_(matrix),
          linkage_(matrix.values),
          leaves_(static_cast<std::size_t>(matrix.heads)),
          active_(leaves_.size()) {
        std::iota(active_.begin(), active_.end(), std::size_t{0});
        for (const std::size_t branch : active_)
            leaves_[branch] = {static_cast<int>(branch)};
    }

    [[nodiscard]] std::size_t branches() const { return active_.size(); }

    /// Ascending, so the first of equally alike branches are those with the smallest heads.
    [[nodiscard]] std::pair<std::size_t, std::size_t> most_alike() const {
        std::pair<std::size_t, std::size_t> best{active_[0], active_[1]};
        double highest = -std::numeric_limits<double>::infinity();
        for (std::size_t i = 0; i < active_.size(); ++i) {
            for (std::size_t j = i + 1; j < active_.size(); ++j) {
                const double linkage = at(active_[i], active_[j]);
                if (linkage > highest) {
                    highest = linkage;
                    best = {active_[i], active_[j]};
                }
            }
        }
        return best;
    }

    void merge(std::size_t into, std::size_t from) {
        // Lance and Williams (1967): the mean over a merged branch from the means over its parts.
        const auto a = static_cast<double>(leaves_[into].size());
        const auto b = static_cast<double>(leaves_[from].size());
        for (const std::size_t other : active_) {
            const double mean = (a * at(into, other) + b * at(from, other)) / (a + b);
            at(into, other) = at(other, into) = mean;
        }
        join_at_closest_ends(leaves_[into], leaves_[from]);
        std::erase(active_, from);
    }

    [[nodiscard]] std::vector<int> take_leaves() { return std::move(leaves_[active_.front()]); }

  private:
    [[nodiscard]] double at(std::size_t i, std::size_t j) const {
        return linkage_[i * leaves_.size() + j];
    }
    double& at(std::size_t i, std::size_t j) { return linkage_[i * leaves_.size() + j]; }

    void join_at_closest_ends(std::vector<int>& left, std::vector<int>& right) const {
        struct Turn {
            bool left;
            bool right;
            double similarity;
        };
        const std::array turns = {
            Turn{false, false, matrix_.at(left.back(), right.front())},
            Turn{false, true, matrix_.at(left.back(), right.back())},
            Turn{true, false, matrix_.at(left.front(), right.front())},
            Turn{true, true, matrix_.at(left.front(), right.back())},
        };
        const Turn& best = *std::max_element(
            turns.begin(), turns.end(),
            [](const Turn& a, const Turn& b) { return a.similarity < b.similarity; });
        if (best.left) std::reverse(left.begin(), left.end());
        if (best.right) std::reverse(right.begin(), right.end());
        left.insert(left.end(), right.begin(), right.end());
        right.clear();
    }

    const SimilarityMatrix& matrix_;
    std::vector<double> linkage_;           ///< [heads, heads] between branches
    std::vector<std::vector<int>> leaves_;  ///< [branch]
    std::vector<std::size_t> active_;       ///< ascending
};

}  // namespace

std::vector<int> cluster_order(const SimilarityMatrix& matrix) {
    if (matrix.heads == 0) return {};
    Dendrogram dendrogram(matrix);
    while (dendrogram.branches() > 1) {
        const auto [into, from] = dendrogram.most_alike();
        dendrogram.merge(into, from);
    }
    std::vector<int> order = dendrogram.take_leaves();
    if (order.front() > order.back()) std::reverse(order.begin(), order.end());
    return order;
}

}  // namespace headscope
