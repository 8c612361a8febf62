#include "core/merging/frames.h"

#include <algorithm>
#include <set>

#include "core/base/disjoint_sets.h"

namespace headscope {
namespace {

std::vector<HeadGroup> connected(int count, const std::vector<HeadGroup>& steps) {
    DisjointSets sets(count);
    for (const HeadGroup& step : steps) {
        for (const int member : step)
            sets.join(step.front(), member);
    }
    return sets.sets_of_two_or_more();
}

HeadGroup kv_heads_behind(const HeadGroup& heads, int heads_per_kv) {
    std::set<int> kv_heads;
    for (const int head : heads)
        kv_heads.insert(head / heads_per_kv);
    return {kv_heads.begin(), kv_heads.end()};
}

bool contains(const std::vector<int>& kv_heads, int kv_head) {
    return std::binary_search(kv_heads.begin(), kv_heads.end(), kv_head);
}

}  // namespace

std::vector<FrameGroup> frame_groups(const LayerMerge& merge, int kv_heads, int heads_per_kv) {
    std::vector<HeadGroup> head_sets = connected(kv_heads * heads_per_kv, merge.head_steps);
    std::erase_if(head_sets, [&](const HeadGroup& set) {
        return kv_heads_behind(set, heads_per_kv).size() < 2;
    });
    const std::vector<HeadGroup> key_sets = connected(kv_heads, merge.kv_steps);

    std::vector<HeadGroup> behind;
    for (const HeadGroup& set : head_sets)
        behind.push_back(kv_heads_behind(set, heads_per_kv));
    const std::vector<HeadGroup>& value_sets = key_sets.empty() ? behind : key_sets;
    std::vector<HeadGroup> all = key_sets;
    all.insert(all.end(), behind.begin(), behind.end());

    std::vector<FrameGroup> groups;
    for (std::vector<int>& members : connected(kv_heads, all)) {
        FrameGroup group{std::move(members), {}, {}, {}};
        for (std::size_t i = 0; i < head_sets.size(); ++i) {
            if (contains(group.kv_heads, behind[i].front()))
                group.head_sets.push_back(head_sets[i]);
        }
        for (const HeadGroup& set : key_sets) {
            if (contains(group.kv_heads, set.front())) group.key_sets.push_back(set);
        }
        for (const HeadGroup& set : value_sets) {
            if (contains(group.kv_heads, set.front())) group.value_sets.push_back(set);
        }
        groups.push_back(std::move(group));
    }
    return groups;
}

}  // namespace headscope
