#include "core/merging/layer_merge.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <span>
#include <tuple>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/base/sha256.h"

namespace headscope {
namespace {

/// All but the moments and the refit.
auto members(const LayerMerge& merge) {
    return std::tie(merge.head_steps, merge.kv_steps, merge.align, merge.align_queries,
                    merge.weights, merge.rescale, merge.usage, merge.representative, merge.removed);
}

bool same(const HeadMoments& a, const HeadMoments& b) {
    return std::tie(a.layer, a.heads, a.head_dim, a.mean, a.second) ==
           std::tie(b.layer, b.heads, b.head_dim, b.mean, b.second);
}

bool same(const std::shared_ptr<const FittedWeights>& a,
          const std::shared_ptr<const FittedWeights>& b) {
    return a == b || (a && b && *a == *b);
}

}  // namespace

bool LayerMerge::operator==(const LayerMerge& other) const {
    if (members(*this) != members(other)) return false;
    // As a rule they are shared.
    if (moments != other.moments && !(moments && other.moments && same(*moments, *other.moments)))
        return false;
    return same(output, other.output) && same(mlp, other.mlp) && same(values, other.values);
}

/// Every step gives its members a new number.
std::vector<int> final_contents(int count, const std::vector<HeadGroup>& steps) {
    std::vector<int> content(static_cast<std::size_t>(count));
    std::iota(content.begin(), content.end(), 0);
    int next = count;
    for (const HeadGroup& step : steps) {
        for (const int member : step)
            content[static_cast<std::size_t>(member)] = next;
        ++next;
    }
    return content;
}

std::vector<HeadGroup> distinct_heads(const LayerMerge& merge, int heads, int heads_per_kv) {
    const std::vector<int> head_content = final_contents(heads, merge.head_steps);
    const std::vector<int> kv_content = final_contents(heads / heads_per_kv, merge.kv_steps);
    std::vector<HeadGroup> groups;
    std::map<std::pair<int, int>, std::size_t> known;
    for (int head = 0; head < heads; ++head) {
        if (std::binary_search(merge.removed.begin(), merge.removed.end(), head)) continue;
        const std::pair content{head_content[static_cast<std::size_t>(head)],
                                kv_content[static_cast<std::size_t>(head / heads_per_kv)]};
        const auto [place, is_new] = known.try_emplace(content, groups.size());
        if (is_new) groups.emplace_back();
        groups[place->second].push_back(head);
    }
    return groups;
}

LayerMerge without_refit(LayerMerge merge) {
    merge.output.reset();
    merge.mlp.reset();
    merge.values.reset();
    return merge;
}

std::string digest_of(const LayerMerge& merge) {
    Sha256 hash;
    hash.update(fmt::format("{} {} {} {} {} {} {}\n", merge.head_steps, merge.kv_steps,
                            name_of(merge.align), merge.align_queries, name_of(merge.weights),
                            merge.rescale, merge.usage));
    if (merge.moments) {
        const HeadMoments& moments = *merge.moments;
        hash.update(fmt::format("{} {} {}\n", moments.layer, moments.heads, moments.head_dim));
        hash.update(std::as_bytes(std::span(moments.mean)));
        hash.update(std::as_bytes(std::span(moments.second)));
    }
    hash.update(fmt::format("{} {}\n", name_of(merge.representative), merge.removed));
    for (const auto& weights : {merge.output, merge.mlp, merge.values}) {
        if (!weights) continue;
        hash.update(std::as_bytes(std::span(weights->weight)));
        hash.update(std::as_bytes(std::span(weights->bias)));
    }
    return hash.hex_digest();
}

}  // namespace headscope
