#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/checkpoint/byte_reader.h"

namespace headscope {

/// The types of GGUF's values, by their numbers in files.
enum class GgufType : std::uint32_t {
    u8,
    i8,
    u16,
    i16,
    u32,
    i32,
    f32,
    boolean,
    text,
    array,
    u64,
    i64,
    f64,
};

/// A value where it lies in the file. Of an array the bytes of its items, one behind the other.
struct GgufValue {
    GgufType type = GgufType::u8;  ///< of an array: of its items
    bool is_array = false;
    std::uint64_t count = 1;  ///< items
    std::span<const std::byte> bytes;
};

/// The key-value pairs of a GGUF file. They refer to the file's mapping. Every reader gives nothing
/// for a key that is not there and throws Error(bad_input) that names file and key for a value of
/// another type.
class GgufMetadata {
  public:
    explicit GgufMetadata(std::filesystem::path file) : file_(std::move(file)) {}

    /// Reads `pairs` pairs. Throws Error(bad_input).
    void read(ByteReader& reader, std::uint64_t pairs);

    [[nodiscard]] bool has(std::string_view key) const { return find(key) != nullptr; }
    [[nodiscard]] bool is_array(std::string_view key) const;

    [[nodiscard]] std::optional<std::int64_t> integer(std::string_view key) const;
    /// Of float32 the shortest decimal that is the same float32, so that 1e-5 reads as 1e-5.
    [[nodiscard]] std::optional<double> number(std::string_view key) const;
    [[nodiscard]] std::optional<bool> flag(std::string_view key) const;
    [[nodiscard]] std::optional<std::string_view> text(std::string_view key) const;

    /// Arrays; a single number counts as an array of one.
    [[nodiscard]] std::vector<std::int64_t> integers(std::string_view key) const;
    [[nodiscard]] std::vector<float> floats(std::string_view key) const;
    [[nodiscard]] std::vector<std::string_view> texts(std::string_view key) const;
    [[nodiscard]] std::vector<bool> flags(std::string_view key) const;

    /// All pairs, by their keys.
    [[nodiscard]] const std::map<std::string_view, GgufValue, std::less<>>& all() const {
        return values_;
    }

    /// The file and the key, for error texts.
    [[nodiscard]] std::string place(std::string_view key) const;

  private:
    [[nodiscard]] const GgufValue* find(std::string_view key) const;
    [[nodiscard]] const GgufValue* scalar(std::string_view key) const;
    [[noreturn]] void fail_type(std::string_view key, const char* wanted) const;

    std::filesystem::path file_;
    std::map<std::string_view, GgufValue, std::less<>> values_;
};

}  // namespace headscope
