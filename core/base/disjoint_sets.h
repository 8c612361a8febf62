#pragma once

#include <algorithm>
#include <numeric>
#include <vector>

namespace headscope {

/// Union-find over 0..n-1 with path halving.
class DisjointSets {
  public:
    explicit DisjointSets(int count) : parent_(static_cast<std::size_t>(count)) {
        std::iota(parent_.begin(), parent_.end(), 0);
    }

    int find(int item) {
        while (at(item) != item) {
            at(item) = at(at(item));
            item = at(item);
        }
        return item;
    }

    void join(int a, int b) {
        a = find(a);
        b = find(b);
        at(std::max(a, b)) = std::min(a, b);  // the smallest member names the set
    }

    /// Sets of at least two members, each ascending, ordered by their first member.
    std::vector<std::vector<int>> sets_of_two_or_more() {
        std::vector<std::vector<int>> members(parent_.size());
        for (int item = 0; item < static_cast<int>(parent_.size()); ++item) {
            members[static_cast<std::size_t>(find(item))].push_back(item);
        }
        std::erase_if(members, [](const auto& set) { return set.size() < 2; });
        return members;
    }

  private:
    int& at(int item) { return parent_[static_cast<std::size_t>(item)]; }

    std::vector<int> parent_;
};

}  // namespace headscope
