#include "core/checkpoint/formats/gguf/gguf_metadata.h"

#include <array>
#include <charconv>
#include <cstring>
#include <limits>

#include "core/base/error.h"
#include "core/base/utf8.h"

namespace headscope {
namespace {

constexpr int kMostNested = 4;
constexpr const char* kWhat = "the metadata";

/// Bytes of a value of fixed size; 0 for texts and arrays.
std::uint64_t size_of(GgufType type) {
    constexpr std::array<std::uint64_t, 13> kSizes{1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};
    return kSizes[static_cast<std::size_t>(type)];
}

GgufType read_type(ByteReader& reader, const std::filesystem::path& file, std::string_view key) {
    const std::uint32_t type = reader.u32();
    if (type > static_cast<std::uint32_t>(GgufType::f64)) {
        damaged(file, "the value of {} has the unknown type {}", printable(key), type);
    }
    return static_cast<GgufType>(type);
}

/// Goes over the items of a value.
void skip_items(ByteReader& reader, GgufType type, std::uint64_t count, int depth,
                const std::filesystem::path& file, std::string_view key) {
    if (const std::uint64_t size = size_of(type); size != 0) {
        if (count > reader.left() / size) {
            damaged(file, "{} has {} items, more than the file has bytes for", printable(key),
                    count);
        }
        reader.take(count * size);
        return;
    }
    for (std::uint64_t i = 0; i < count; ++i) {
        if (type == GgufType::text) {
            reader.text(reader.u64());
            continue;
        }
        if (depth >= kMostNested) {
            damaged(file, "{} has arrays nested more than {} deep", printable(key), kMostNested);
        }
        const GgufType inner = read_type(reader, file, key);
        const std::uint64_t inner_count = reader.u64();
        skip_items(reader, inner, inner_count, depth + 1, file, key);
    }
}

template <typename Number>
Number number_at(std::span<const std::byte> bytes, std::size_t index) {
    Number number;
    std::memcpy(&number, bytes.data() + index * sizeof(Number), sizeof(Number));
    return number;
}

std::optional<std::int64_t> integer_at(const GgufValue& value, std::size_t index) {
    switch (value.type) {
        case GgufType::u8:
            return number_at<std::uint8_t>(value.bytes, index);
        case GgufType::i8:
            return number_at<std::int8_t>(value.bytes, index);
        case GgufType::u16:
            return number_at<std::uint16_t>(value.bytes, index);
        case GgufType::i16:
            return number_at<std::int16_t>(value.bytes, index);
        case GgufType::u32:
            return number_at<std::uint32_t>(value.bytes, index);
        case GgufType::i32:
            return number_at<std::int32_t>(value.bytes, index);
        case GgufType::i64:
            return number_at<std::int64_t>(value.bytes, index);
        case GgufType::u64: {
            const auto number = number_at<std::uint64_t>(value.bytes, index);
            if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
                return std::nullopt;
            return static_cast<std::int64_t>(number);
        }
        default:
            return std::nullopt;
    }
}

double widen(float value) {
    std::array<char, 32> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    double wide = static_cast<double>(value);
    std::from_chars(text.data(), end, wide);
    return wide;
}

std::optional<double> number_of(const GgufValue& value, std::size_t index) {
    if (value.type == GgufType::f32) return widen(number_at<float>(value.bytes, index));
    if (value.type == GgufType::f64) return number_at<double>(value.bytes, index);
    const auto integer = integer_at(value, index);
    return integer ? std::optional(static_cast<double>(*integer)) : std::nullopt;
}

}  // namespace

void GgufMetadata::read(ByteReader& reader, std::uint64_t pairs) {
    for (std::uint64_t i = 0; i < pairs; ++i) {
        const std::string_view key = reader.text(reader.u64());
        GgufValue value;
        value.type = read_type(reader, file_, key);
        if (value.type == GgufType::array) {
            value.is_array = true;
            value.type = read_type(reader, file_, key);
            value.count = reader.u64();
        }
        ByteReader before = reader;
        const std::size_t begin = reader.position();
        skip_items(reader, value.type, value.count, 0, file_, key);
        value.bytes = before.take(reader.position() - begin);
        if (!values_.emplace(key, value).second) {
            damaged(file_, "the key {} stands twice in {}", printable(key), kWhat);
        }
    }
}

bool GgufMetadata::is_array(std::string_view key) const {
    const GgufValue* value = find(key);
    return value != nullptr && value->is_array;
}

std::optional<std::int64_t> GgufMetadata::integer(std::string_view key) const {
    const GgufValue* value = scalar(key);
    if (value == nullptr) return std::nullopt;
    const auto number = integer_at(*value, 0);
    if (!number) fail_type(key, "a whole number");
    return number;
}

std::optional<double> GgufMetadata::number(std::string_view key) const {
    const GgufValue* value = scalar(key);
    if (value == nullptr) return std::nullopt;
    const auto number = number_of(*value, 0);
    if (!number) fail_type(key, "a number");
    return number;
}

std::optional<bool> GgufMetadata::flag(std::string_view key) const {
    const GgufValue* value = scalar(key);
    if (value == nullptr) return std::nullopt;
    if (value->type != GgufType::boolean) fail_type(key, "true or false");
    return value->bytes.front() != std::byte{0};
}

std::optional<std::string_view> GgufMetadata::text(std::string_view key) const {
    const GgufValue* value = scalar(key);
    if (value == nullptr) return std::nullopt;
    if (value->type != GgufType::text) fail_type(key, "a text");
    return ByteReader(value->bytes.subspan(8), kWhat, file_).text(value->bytes.size() - 8);
}

std::vector<std::int64_t> GgufMetadata::integers(std::string_view key) const {
    const GgufValue* value = find(key);
    std::vector<std::int64_t> numbers;
    for (std::uint64_t i = 0; value != nullptr && i < value->count; ++i) {
        const auto number = integer_at(*value, static_cast<std::size_t>(i));
        if (!number) fail_type(key, "a list of whole numbers");
        numbers.push_back(*number);
    }
    return numbers;
}

std::vector<float> GgufMetadata::floats(std::string_view key) const {
    const GgufValue* value = find(key);
    if (value == nullptr) return {};
    if (value->type != GgufType::f32) fail_type(key, "a list of float32");
    std::vector<float> numbers(static_cast<std::size_t>(value->count));
    if (!numbers.empty())
        std::memcpy(numbers.data(), value->bytes.data(), numbers.size() * sizeof(float));
    return numbers;
}

std::vector<std::string_view> GgufMetadata::texts(std::string_view key) const {
    const GgufValue* value = find(key);
    if (value == nullptr) return {};
    if (value->type != GgufType::text) fail_type(key, "a list of texts");
    std::vector<std::string_view> texts;
    ByteReader reader(value->bytes, kWhat, file_);
    for (std::uint64_t i = 0; i < value->count; ++i)
        texts.push_back(reader.text(reader.u64()));
    return texts;
}

std::vector<bool> GgufMetadata::flags(std::string_view key) const {
    const GgufValue* value = find(key);
    if (value == nullptr) return {};
    if (value->type != GgufType::boolean) fail_type(key, "a list of true and false");
    std::vector<bool> flags;
    for (const std::byte byte : value->bytes)
        flags.push_back(byte != std::byte{0});
    return flags;
}

std::string GgufMetadata::place(std::string_view key) const {
    return fmt::format("{}: {}", file_.string(), key);
}

const GgufValue* GgufMetadata::find(std::string_view key) const {
    const auto found = values_.find(key);
    return found == values_.end() ? nullptr : &found->second;
}

const GgufValue* GgufMetadata::scalar(std::string_view key) const {
    const GgufValue* value = find(key);
    if (value != nullptr && value->is_array) fail_type(key, "one value");
    return value;
}

void GgufMetadata::fail_type(std::string_view key, const char* wanted) const {
    fail(ErrorCode::bad_input, "{} must be {}; the file is damaged or of a newer kind", place(key),
         wanted);
}

}  // namespace headscope
