#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace headscope {

/// A hash map from strings to small values that owns its keys, in one block of memory each:
/// vocabularies have 128,000 and more of them, and are looked into once a word. Open addressing
/// with linear probing, at most half full. Keys have at most 4 GiB together.
template <typename Value>
class StringMap {
  public:
    StringMap() { reserve(0); }

    [[nodiscard]] std::size_t size() const { return size_; }

    /// Makes room for `count` keys.
    void reserve(std::size_t count) {
        const std::size_t slots = std::bit_ceil(count * 2 + 16);
        if (slots > slots_.size()) rehash(slots);
    }

    [[nodiscard]] const Value* find(std::string_view key) const {
        const Slot& slot = slots_[slot_of(key, tag_of(key))];
        return slot.tag != free_slot ? &slot.value : nullptr;
    }

    /// Calls `visit(key, value)` for each entry, in no order.
    template <typename Visit>
    void for_each(Visit visit) const {
        for (const Slot& slot : slots_) {
            if (slot.tag != free_slot)
                visit(std::string_view(keys_).substr(slot.offset, slot.length), slot.value);
        }
    }

    /// Whether the key is new; the value of one that is there stays as it was.
    bool insert(std::string_view key, Value value) {
        const std::uint32_t tag = tag_of(key);
        std::size_t at = slot_of(key, tag);
        if (slots_[at].tag != free_slot) return false;
        if ((size_ + 1) * 2 > slots_.size()) {
            rehash(slots_.size() * 2);
            at = slot_of(key, tag);
        }
        slots_[at] = {tag, static_cast<std::uint32_t>(key.size()),
                      static_cast<std::uint32_t>(keys_.size()), value};
        keys_ += key;
        ++size_;
        return true;
    }

  private:
    static constexpr std::uint32_t free_slot = 0;

    struct Slot {
        std::uint32_t tag = free_slot;  ///< of the key's hash
        std::uint32_t length = 0;
        std::uint32_t offset = 0;  ///< in keys_
        Value value{};
    };

    static std::uint32_t tag_of(std::string_view key) {
        const std::size_t hash = std::hash<std::string_view>{}(key);
        const auto tag = static_cast<std::uint32_t>(hash ^ (hash >> 32));
        return tag != free_slot ? tag : 1;
    }

    /// Where the key is, or where it would go.
    std::size_t slot_of(std::string_view key, std::uint32_t tag) const {
        const std::size_t mask = slots_.size() - 1;
        std::size_t at = tag & mask;
        for (; slots_[at].tag != free_slot; at = (at + 1) & mask) {
            const Slot& slot = slots_[at];
            if (slot.tag == tag &&
                std::string_view(keys_).substr(slot.offset, slot.length) == key) {
                break;
            }
        }
        return at;
    }

    void rehash(std::size_t count) {
        std::vector<Slot> old(count);
        old.swap(slots_);
        const std::size_t mask = count - 1;
        for (const Slot& slot : old) {
            if (slot.tag == free_slot) continue;
            std::size_t at = slot.tag & mask;
            while (slots_[at].tag != free_slot)
                at = (at + 1) & mask;
            slots_[at] = slot;
        }
    }

    std::vector<Slot> slots_;
    std::string keys_;
    std::size_t size_ = 0;
};

}  // namespace headscope
