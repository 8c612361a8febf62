#include "core/merging/layer_merge.h"

#include <span>
#include <tuple>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/base/sha256.h"

namespace headscope {
namespace {

/// All but the moments.
auto members(const LayerMerge& merge) {
    return std::tie(merge.head_steps, merge.kv_steps, merge.align, merge.align_queries,
                    merge.weights, merge.rescale, merge.usage);
}

bool same(const HeadMoments& a, const HeadMoments& b) {
    return std::tie(a.layer, a.heads, a.head_dim, a.mean, a.second) ==
           std::tie(b.layer, b.heads, b.head_dim, b.mean, b.second);
}

}  // namespace

bool LayerMerge::operator==(const LayerMerge& other) const {
    if (members(*this) != members(other)) return false;
    if (moments == other.moments) return true;  // as a rule they are shared
    return moments && other.moments && same(*moments, *other.moments);
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
    return hash.hex_digest();
}

}  // namespace headscope
