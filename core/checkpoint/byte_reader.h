#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>

#include "core/checkpoint/file_errors.h"

namespace headscope {

/// Reads little-endian numbers and texts one behind the other. Whoever reads past the end gets
/// Error(bad_input) that names the file and `what`, the part of it that is read. Refers to all
/// three.
class ByteReader {
  public:
    ByteReader(std::span<const std::byte> bytes, const char* what,
               const std::filesystem::path& file)
        : bytes_(bytes), what_(what), file_(file) {}

    [[nodiscard]] std::size_t position() const { return at_; }
    [[nodiscard]] std::size_t left() const { return bytes_.size() - at_; }

    std::span<const std::byte> take(std::uint64_t count) {
        if (count > left()) damaged(file_, "{} breaks off at byte {}", what_, bytes_.size());
        const auto taken = bytes_.subspan(at_, static_cast<std::size_t>(count));
        at_ += taken.size();
        return taken;
    }

    std::string_view text(std::uint64_t count) {
        const auto taken = take(count);
        return {reinterpret_cast<const char*>(taken.data()), taken.size()};
    }

    /// A number of `count` bytes, at most 8.
    std::uint64_t number(std::size_t count) {
        const auto taken = take(count);
        std::uint64_t value = 0;
        for (std::size_t i = count; i-- > 0;)
            value = value << 8 | std::to_integer<std::uint64_t>(taken[i]);
        return value;
    }

    std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
    std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
    std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
    std::uint64_t u64() { return number(8); }

  private:
    std::span<const std::byte> bytes_;
    const char* what_;
    const std::filesystem::path& file_;
    std::size_t at_ = 0;
};

}  // namespace headscope
