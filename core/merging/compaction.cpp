#include "core/merging/compaction.h"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <map>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace headscope {
namespace {

std::int64_t count(const auto& container) {
    return static_cast<std::int64_t>(container.size());
}

/// KV heads that hold the same, and the heads that read them.
struct Kind {
    std::vector<int> kv_heads;
    std::vector<std::vector<int>> heads;  ///< duplicates of each other together, ascending
    std::int64_t head_count = 0;          ///< duplicates included

    /// KV heads that must stay where each serves `ratio` heads.
    [[nodiscard]] std::int64_t kv_heads_needed(std::int64_t ratio) const {
        return (count(heads) + ratio - 1) / ratio;
    }
};

/// Heads that write nothing may be added to any other without a change; where a kind of keys and
/// values has no other, nobody reads it, but one head of a layer must stay.
void add_silent_heads(const HeadContents& contents, std::vector<Kind>& kinds) {
    const std::size_t per_kv = contents.heads.size() / contents.kv_heads.size();
    const bool all_silent = std::all_of(kinds.begin(), kinds.end(),
                                        [](const Kind& kind) { return kind.heads.empty(); });
    if (all_silent) kinds.front().heads.emplace_back();
    for (Kind& kind : kinds) {
        if (kind.heads.empty()) continue;
        for (const int kv : kind.kv_heads) {
            for (std::size_t i = 0; i < per_kv; ++i) {
                const std::size_t head = static_cast<std::size_t>(kv) * per_kv + i;
                if (contents.heads[head] == HeadContents::kSilent)
                    kind.heads.front().push_back(static_cast<int>(head));
            }
        }
    }
}

std::vector<Kind> find_kinds(const HeadContents& contents) {
    const std::size_t per_kv = contents.heads.size() / contents.kv_heads.size();
    std::vector<Kind> kinds;
    std::map<int, std::size_t> kind_of;                             // by content
    std::map<std::pair<std::size_t, int>, std::size_t> duplicates;  // by kind and content
    for (std::size_t kv = 0; kv < contents.kv_heads.size(); ++kv) {
        const auto [known, is_new] = kind_of.try_emplace(contents.kv_heads[kv], kinds.size());
        if (is_new) kinds.emplace_back();
        Kind& kind = kinds[known->second];
        kind.kv_heads.push_back(static_cast<int>(kv));
        for (std::size_t head = kv * per_kv; head < (kv + 1) * per_kv; ++head) {
            ++kind.head_count;
            if (contents.heads[head] == HeadContents::kSilent) continue;
            const auto [place, first] =
                duplicates.try_emplace({known->second, contents.heads[head]}, kind.heads.size());
            if (first) kind.heads.emplace_back();
            kind.heads[place->second].push_back(static_cast<int>(head));
        }
    }
    add_silent_heads(contents, kinds);
    return kinds;
}

/// The number of heads that each KV head shall serve.
std::int64_t choose_ratio(const std::vector<Kind>& kinds, std::int64_t ratio_now,
                          const ModelConfig& config) {
    // Rows of Q and columns of O; rows of K and of V. Rows have a bias, columns have none.
    const std::int64_t bias = config.qkv_bias ? 1 : 0;
    const std::int64_t head_cost = 2 * config.hidden_size + bias;
    const std::int64_t kv_head_cost = 2 * config.hidden_size + 2 * bias;
    std::int64_t most = 0;
    for (const Kind& kind : kinds)
        most = std::max(most, kind.head_count);
    std::int64_t best = ratio_now;
    std::int64_t best_cost = std::numeric_limits<std::int64_t>::max();
    for (std::int64_t ratio = 1; ratio <= most; ++ratio) {
        std::int64_t kv_heads = 0;
        const bool possible = std::all_of(kinds.begin(), kinds.end(), [&](const Kind& kind) {
            const std::int64_t needed = kind.kv_heads_needed(ratio);
            kv_heads += needed;
            return needed <= count(kind.kv_heads) && needed * ratio <= kind.head_count;
        });
        if (!possible) continue;
        const std::int64_t cost = kv_heads * (ratio * head_cost + kv_head_cost);
        const bool nearer = std::abs(ratio - ratio_now) < std::abs(best - ratio_now);
        if (cost < best_cost || (cost == best_cost && nearer)) {
            best = ratio;
            best_cost = cost;
        }
    }
    return best;
}

/// Adds what stays of one kind. Where there is room for more heads than differ, the first
/// duplicates stay what they are.
void select(const Kind& kind, std::int64_t ratio, HeadSelection& selection) {
    const std::int64_t kv_heads = kind.kv_heads_needed(ratio);
    std::int64_t room = kv_heads * ratio - count(kind.heads);
    std::vector<std::vector<int>> heads;
    for (const std::vector<int>& duplicates : kind.heads) {
        const std::int64_t apart = std::min(room, count(duplicates) - 1);
        room -= apart;
        std::vector<int> together{duplicates.front()};
        for (std::int64_t i = 1; i < count(duplicates); ++i) {
            const int head = duplicates[static_cast<std::size_t>(i)];
            if (i <= apart) {
                heads.push_back({head});
            } else {
                together.push_back(head);
            }
        }
        heads.push_back(std::move(together));
    }
    std::sort(heads.begin(), heads.end());
    selection.heads.insert(selection.heads.end(), heads.begin(), heads.end());
    selection.kv_heads.insert(selection.kv_heads.end(), kind.kv_heads.begin(),
                              kind.kv_heads.begin() + kv_heads);
}

/// The heads that repeat another one's Q, but not its keys and values.
std::int64_t count_halfway_duplicates(const HeadContents& contents,
                                      const std::vector<Kind>& kinds) {
    std::int64_t different = 0;
    for (const Kind& kind : kinds)
        different += count(kind.heads);
    std::set<int> of_q(contents.heads.begin(), contents.heads.end());
    of_q.erase(HeadContents::kSilent);
    return different - count(of_q);
}

std::string remark_on(const HeadContents& contents, const std::vector<Kind>& kinds,
                      std::int64_t ratio) {
    std::int64_t spare_heads = 0;
    std::int64_t spare_kv_heads = 0;
    const Kind* example = nullptr;
    for (const Kind& kind : kinds) {
        const std::int64_t kv_heads = kind.kv_heads_needed(ratio);
        const std::int64_t spare = kv_heads * ratio - count(kind.heads);
        if (example == nullptr && spare + kv_heads > 1) example = &kind;
        spare_heads += spare;
        spare_kv_heads += std::max<std::int64_t>(0, kv_heads - 1);
    }
    if (example != nullptr) {
        return fmt::format(
            "duplicates stay (heads: {}, KV heads: {}): all KV heads of a layer must serve equally "
            "many heads, here {}, and {} different heads read KV head {}",
            spare_heads, spare_kv_heads, ratio, example->heads.size(),
            fmt::join(example->kv_heads, " = "));
    }
    if (const std::int64_t halfway = count_halfway_duplicates(contents, kinds); halfway > 0) {
        return fmt::format("heads with the Q of another one but other keys and values stay: {}",
                           halfway);
    }
    return "";
}

}  // namespace

LayerCompaction compact_layer(int layer, const HeadContents& contents, const ModelConfig& config) {
    LayerCompaction compaction;
    compaction.layer = layer;
    compaction.before = {count(contents.heads), count(contents.kv_heads)};
    if (config.head_norm == HeadNorm::all) {
        // Its statistic runs over all heads, duplicates too: without them it would be another.
        compaction.after = compaction.before;
        for (int head = 0; head < compaction.before.heads; ++head)
            compaction.selection.heads.push_back({head});
        for (int head = 0; head < compaction.before.kv_heads; ++head)
            compaction.selection.kv_heads.push_back(head);
        compaction.remark = "the model normalises all heads together, so that each must stay";
        return compaction;
    }
    const bool silent = std::all_of(contents.heads.begin(), contents.heads.end(),
                                    [](int head) { return head == HeadContents::kSilent; });
    if (silent && !config.o_bias) return compaction;
    const std::vector<Kind> kinds = find_kinds(contents);
    const std::int64_t ratio = choose_ratio(kinds, compaction.before.heads_per_kv_head(), config);
    for (const Kind& kind : kinds)
        select(kind, ratio, compaction.selection);
    compaction.after = {count(compaction.selection.heads), count(compaction.selection.kv_heads)};
    compaction.remark = remark_on(contents, kinds, ratio);
    if (compaction.remark.empty() && !compaction.removes_any())
        compaction.remark = "no two of its heads are identical";
    return compaction;
}

}  // namespace headscope
