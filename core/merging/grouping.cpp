#include "core/merging/grouping.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>
#include <utility>

#include "core/base/disjoint_sets.h"
#include "core/base/error.h"

namespace headscope {
namespace {

constexpr std::array kNames = {
    std::pair{Grouping::components, std::string_view("components")},
    std::pair{Grouping::complete, std::string_view("complete")},
    std::pair{Grouping::matching, std::string_view("matching")},
    std::pair{Grouping::sequential, std::string_view("sequential")},
};

std::vector<HeadGroup> connected_components(int heads, const std::vector<HeadPair>& pairs) {
    DisjointSets sets(heads);
    for (const HeadPair& pair : pairs)
        sets.join(pair.first, pair.second);
    return sets.sets_of_two_or_more();
}

std::vector<HeadGroup> greedy_matching(int heads, const std::vector<HeadPair>& pairs) {
    std::vector<bool> taken(static_cast<std::size_t>(heads), false);
    std::vector<HeadGroup> groups;
    for (const auto& [first, second, similarity] : pairs) {
        if (taken[static_cast<std::size_t>(first)] || taken[static_cast<std::size_t>(second)])
            continue;
        taken[static_cast<std::size_t>(first)] = taken[static_cast<std::size_t>(second)] = true;
        groups.push_back({first, second});
    }
    std::sort(groups.begin(), groups.end());
    return groups;
}

/// Agglomerative clustering by complete linkage (Defays 1977): again and again the two clusters
/// whose least similar members are most similar become one, as long as these are a pair.
class CompleteLinkage {
  public:
    CompleteLinkage(int heads, const std::vector<HeadPair>& pairs)
        : heads_(static_cast<std::size_t>(heads)),
          linkage_(heads_ * heads_, kNone),
          clusters_(heads_) {
        for (std::size_t head = 0; head < heads_; ++head)
            clusters_[head] = {static_cast<int>(head)};
        for (const HeadPair& pair : pairs) {
            link(static_cast<std::size_t>(pair.first), static_cast<std::size_t>(pair.second)) =
                pair.similarity;
        }
    }

    std::vector<HeadGroup> run() {
        while (join_closest()) {
        }
        std::erase_if(clusters_, [](const HeadGroup& cluster) { return cluster.size() < 2; });
        return std::move(clusters_);
    }

  private:
    static constexpr double kNone = -std::numeric_limits<double>::infinity();

    double& link(std::size_t a, std::size_t b) {
        return linkage_[std::min(a, b) * heads_ + std::max(a, b)];
    }

    bool join_closest() {
        double best = kNone;
        std::size_t keep = 0;
        std::size_t gone = 0;
        for (std::size_t a = 0; a < heads_; ++a) {
            for (std::size_t b = a + 1; b < heads_; ++b) {
                if (link(a, b) > best) {
                    best = link(a, b);
                    keep = a;
                    gone = b;
                }
            }
        }
        if (best == kNone) return false;
        for (std::size_t other = 0; other < heads_; ++other) {
            if (other == keep || other == gone) continue;
            link(keep, other) = std::min(link(keep, other), link(gone, other));
            link(gone, other) = kNone;
        }
        link(keep, gone) = kNone;
        HeadGroup joined;
        std::merge(clusters_[keep].begin(), clusters_[keep].end(), clusters_[gone].begin(),
                   clusters_[gone].end(), std::back_inserter(joined));
        clusters_[keep] = std::move(joined);
        clusters_[gone].clear();
        return true;
    }

    std::size_t heads_;
    std::vector<double>
        linkage_;  ///< [heads, heads], upper triangle: least similarity across clusters
    std::vector<HeadGroup> clusters_;
};

}  // namespace

std::string_view name_of(Grouping grouping) {
    for (const auto& [value, name] : kNames) {
        if (value == grouping) return name;
    }
    return "";
}

Grouping parse_grouping(std::string_view text) {
    for (const auto& [value, name] : kNames) {
        if (name == text) return value;
    }
    fail(ErrorCode::bad_input,
         "\"{}\" is not a grouping; choose components, complete, matching or sequential", text);
}

std::vector<HeadGroup> group_heads(int heads, const std::vector<HeadPair>& pairs,
                                   Grouping grouping) {
    switch (grouping) {
        case Grouping::components:
        case Grouping::sequential:
            return connected_components(heads, pairs);
        case Grouping::complete:
            return CompleteLinkage(heads, pairs).run();
        case Grouping::matching:
            return greedy_matching(heads, pairs);
    }
    return {};
}

}  // namespace headscope
