#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace headscope {

/// What becomes of two neighbours: the merge with the lowest rank is done first.
struct Merge {
    static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

    std::uint32_t rank = none;
    std::int32_t id = -1;
};

/// The merges of a vocabulary by the ids of their two sides; open addressing as in StringMap.
class MergeTable {
  public:
    explicit MergeTable(std::size_t count = 0) : slots_(std::bit_ceil(count * 2 + 1)) {}

    /// Of two merges of the same pair the later counts, as in the tokenizers library. There must be
    /// no more than the `count` of the constructor.
    void insert(std::int32_t left, std::int32_t right, Merge merge) {
        const std::uint64_t key = key_of(left, right);
        Slot& slot = slots_[slot_of(key)];
        slot = {key, merge};
    }

    [[nodiscard]] Merge find(std::int32_t left, std::int32_t right) const {
        return slots_[slot_of(key_of(left, right))].merge;
    }

  private:
    struct Slot {
        std::uint64_t key = 0;
        Merge merge;  ///< `none` where the slot is free
    };

    static std::uint64_t key_of(std::int32_t left, std::int32_t right) {
        return std::uint64_t{static_cast<std::uint32_t>(left)} << 32 |
               static_cast<std::uint32_t>(right);
    }

    [[nodiscard]] std::size_t slot_of(std::uint64_t key) const {
        const std::size_t mask = slots_.size() - 1;
        std::uint64_t hash = key * 0x9E3779B97F4A7C15;  // 2^64 / golden ratio
        hash ^= hash >> 32;
        std::size_t at = hash & mask;
        while (slots_[at].merge.rank != Merge::none && slots_[at].key != key)
            at = (at + 1) & mask;
        return at;
    }

    std::vector<Slot> slots_;
};

}  // namespace headscope
