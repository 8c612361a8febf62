#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <queue>
#include <vector>

#include "core/tokenizer/merge_table.h"

// Byte-pair encoding of one word (Sennrich et al., arXiv 1508.07909): of all neighbours that have a
// merge, the one with the lowest rank is merged, the leftmost of equals first, until none is left.

namespace headscope {

/// A part of a word that is one token so far: bytes [begin, end) of the word.
struct Symbol {
    std::int32_t id = -1;
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
};

/// Scratch memory of merge_word, kept from word to word.
struct MergeScratch {
    std::vector<std::uint32_t> ranks;  ///< of a symbol and the next one
    std::vector<std::uint32_t> next;
    std::vector<std::uint32_t> previous;
    std::vector<std::uint64_t> queue;
};

namespace detail {

/// Looks through the whole word for each merge: the fastest way for the few symbols of most words.
template <typename FindMerge>
void merge_short_word(std::vector<Symbol>& symbols, MergeScratch& scratch, FindMerge find_merge) {
    std::vector<std::uint32_t>& ranks = scratch.ranks;
    ranks.assign(symbols.size(), Merge::none);
    for (std::size_t i = 0; i + 1 < symbols.size(); ++i)
        ranks[i] = find_merge(symbols[i], symbols[i + 1]).rank;
    while (symbols.size() > 1) {
        const auto best = std::min_element(ranks.begin(), ranks.end());
        if (*best == Merge::none) break;
        const std::ptrdiff_t at = best - ranks.begin();
        const auto left = symbols.begin() + at;
        const auto right = left + 1;
        left->id = find_merge(*left, *right).id;
        left->end = right->end;
        symbols.erase(right);
        ranks.erase(best + 1);
        const bool is_last = left + 1 == symbols.end();
        ranks[static_cast<std::size_t>(at)] =
            is_last ? Merge::none : find_merge(*left, *(left + 1)).rank;
        if (at > 0) ranks[static_cast<std::size_t>(at) - 1] = find_merge(*(left - 1), *left).rank;
    }
}

/// Keeps the merges in a heap, so that a word of n symbols takes n log n steps.
template <typename FindMerge>
void merge_long_word(std::vector<Symbol>& symbols, MergeScratch& scratch, FindMerge find_merge) {
    const auto count = static_cast<std::uint32_t>(symbols.size());
    // `next` of the last symbol is `count`; a symbol that was merged into the one before has rank
    // `none`, as has one that cannot be merged with the next.
    auto& [ranks, next, previous, storage] = scratch;
    ranks.assign(count, Merge::none);
    next.resize(count);
    previous.resize(count);
    storage.clear();
    const auto entry = [&](std::uint32_t at) { return std::uint64_t{ranks[at]} << 32 | at; };
    for (std::uint32_t i = 0; i < count; ++i) {
        next[i] = i + 1;
        previous[i] = i - 1;  // of the first: never looked at
        if (i + 1 < count) ranks[i] = find_merge(symbols[i], symbols[i + 1]).rank;
        if (ranks[i] != Merge::none) storage.push_back(entry(i));
    }
    std::priority_queue queue(std::greater<>(), std::move(storage));
    const auto rank_anew = [&](std::uint32_t at) {
        ranks[at] =
            next[at] < count ? find_merge(symbols[at], symbols[next[at]]).rank : Merge::none;
        if (ranks[at] != Merge::none) queue.push(entry(at));
    };
    while (!queue.empty()) {
        const auto at = static_cast<std::uint32_t>(queue.top());
        const auto rank = static_cast<std::uint32_t>(queue.top() >> 32);
        queue.pop();
        if (ranks[at] != rank) continue;  // one of the two became part of another symbol
        const std::uint32_t right = next[at];
        symbols[at].id = find_merge(symbols[at], symbols[right]).id;
        symbols[at].end = symbols[right].end;
        ranks[right] = Merge::none;
        next[at] = next[right];
        if (next[at] < count) previous[next[at]] = at;
        rank_anew(at);
        if (at > 0) rank_anew(previous[at]);
    }
    std::uint32_t kept = 0;
    for (std::uint32_t at = 0; at < count; at = next[at])
        symbols[kept++] = symbols[at];
    symbols.resize(kept);
}

}  // namespace detail

/// Merges the symbols of a word to its tokens. `find_merge(left, right)` gives the Merge of two
/// neighbours. At most 2^32 - 2 symbols.
template <typename FindMerge>
void merge_word(std::vector<Symbol>& symbols, MergeScratch& scratch, FindMerge find_merge) {
    constexpr std::size_t short_word = 48;
    if (symbols.size() <= short_word) {
        detail::merge_short_word(symbols, scratch, find_merge);
    } else {
        detail::merge_long_word(symbols, scratch, find_merge);
    }
}

}  // namespace headscope
