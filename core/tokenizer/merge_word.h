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
    std::vector<Merge> merges;  ///< of a symbol and the next one
    std::vector<std::uint32_t> next;
    std::vector<std::uint32_t> previous;
    std::vector<std::uint64_t> queue;
};

namespace detail {

/// Looks through the whole word for each merge: the fastest way for the few symbols of most words.
template <typename FindMerge>
void merge_short_word(std::vector<Symbol>& symbols, MergeScratch& scratch, FindMerge find_merge) {
    std::vector<Merge>& merges = scratch.merges;
    merges.assign(symbols.size(), {});
    for (std::size_t i = 0; i + 1 < symbols.size(); ++i)
        merges[i] = find_merge(symbols[i], symbols[i + 1]);
    const auto precedes = [](const Merge& a, const Merge& b) { return a.rank < b.rank; };
    while (symbols.size() > 1) {
        const auto best = std::min_element(merges.begin(), merges.end(), precedes);
        if (best->rank == Merge::none) break;
        const std::ptrdiff_t at = best - merges.begin();
        const auto left = symbols.begin() + at;
        left->id = best->id;
        left->end = (left + 1)->end;
        symbols.erase(left + 1);
        merges.erase(best + 1);
        *best = left + 1 != symbols.end() ? find_merge(*left, *(left + 1)) : Merge{};
        if (at > 0) *(best - 1) = find_merge(*(left - 1), *left);
    }
}

/// Keeps the merges in a heap, so that a word of n symbols takes n log n steps.
template <typename FindMerge>
void merge_long_word(std::vector<Symbol>& symbols, MergeScratch& scratch, FindMerge find_merge) {
    const auto count = static_cast<std::uint32_t>(symbols.size());
    // `next` of the last symbol is `count`. A symbol that cannot be merged with the next one has
    // the rank `none`, and so has one that became part of the symbol before.
    // No structured binding: the lambdas of clang before version 16 cannot refer to one.
    std::vector<Merge>& merges = scratch.merges;
    std::vector<std::uint32_t>& next = scratch.next;
    std::vector<std::uint32_t>& previous = scratch.previous;
    std::vector<std::uint64_t>& storage = scratch.queue;
    merges.assign(count, {});
    next.resize(count);
    previous.resize(count);
    storage.clear();
    const auto entry = [&](std::uint32_t at) { return std::uint64_t{merges[at].rank} << 32 | at; };
    for (std::uint32_t i = 0; i < count; ++i) {
        next[i] = i + 1;
        previous[i] = i - 1;  // of the first: never looked at
        if (i + 1 < count) merges[i] = find_merge(symbols[i], symbols[i + 1]);
        if (merges[i].rank != Merge::none) storage.push_back(entry(i));
    }
    std::priority_queue queue(std::greater<>(), std::move(storage));
    const auto find_anew = [&](std::uint32_t at) {
        merges[at] = next[at] < count ? find_merge(symbols[at], symbols[next[at]]) : Merge{};
        if (merges[at].rank != Merge::none) queue.push(entry(at));
    };
    while (!queue.empty()) {
        const auto at = static_cast<std::uint32_t>(queue.top());
        const auto rank = static_cast<std::uint32_t>(queue.top() >> 32);
        queue.pop();
        if (merges[at].rank != rank) continue;  // one of the two is part of another symbol by now
        const std::uint32_t right = next[at];
        symbols[at].id = merges[at].id;
        symbols[at].end = symbols[right].end;
        merges[right] = {};
        next[at] = next[right];
        if (next[at] < count) previous[next[at]] = at;
        find_anew(at);
        if (at > 0) find_anew(previous[at]);
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
