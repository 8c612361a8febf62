#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace headscope {

/// Sorts `values`, which consist of sorted parts: part i ends before `ends[i + 1]` and begins at
/// `ends[i]`, `ends[0]` being 0. O(n log parts), a fraction of what sorting anew takes.
template <typename Value, typename Before>
void merge_runs(std::vector<Value>& values, std::vector<std::ptrdiff_t> ends, Before before) {
    while (ends.size() > 2) {
        std::vector<std::ptrdiff_t> merged = {0};
        for (std::size_t i = 2; i < ends.size(); i += 2) {
            std::inplace_merge(values.begin() + ends[i - 2], values.begin() + ends[i - 1],
                               values.begin() + ends[i], before);
            merged.push_back(ends[i]);
        }
        if (merged.back() != ends.back()) merged.push_back(ends.back());
        ends = std::move(merged);
    }
}

}  // namespace headscope
