#include "core/checkpoint/formats/gguf/gguf_writer.h"

#include <algorithm>
#include <bit>

#include "core/base/error.h"

namespace headscope {
namespace {

constexpr std::int64_t kAlignment = 32;  // general.alignment where a file does not say it
constexpr std::uint32_t kVersion = 3;

std::int64_t aligned(std::int64_t bytes) {
    return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

void add_number(std::string& to, std::uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i, value >>= 8)
        to += static_cast<char>(value & 0xff);
}

void add_text(std::string& to, std::string_view text) {
    add_number(to, text.size(), 8);
    to += text;
}

std::string value_of(GgufType type) {
    std::string bytes;
    add_number(bytes, static_cast<std::uint64_t>(type), 4);
    return bytes;
}

/// The beginning of an array.
std::string array_of(GgufType type, std::uint64_t count) {
    std::string bytes = value_of(GgufType::array) + value_of(type);
    add_number(bytes, count, 8);
    return bytes;
}

}  // namespace

void GgufPairs::set(std::string_view key, std::uint16_t value) {
    std::string bytes = value_of(GgufType::u16);
    add_number(bytes, value, 2);
    put(key, std::move(bytes));
}

void GgufPairs::set(std::string_view key, std::int32_t value) {
    std::string bytes = value_of(GgufType::i32);
    add_number(bytes, static_cast<std::uint32_t>(value), 4);
    put(key, std::move(bytes));
}

void GgufPairs::set(std::string_view key, std::uint32_t value) {
    std::string bytes = value_of(GgufType::u32);
    add_number(bytes, value, 4);
    put(key, std::move(bytes));
}

void GgufPairs::set(std::string_view key, float value) {
    std::string bytes = value_of(GgufType::f32);
    add_number(bytes, std::bit_cast<std::uint32_t>(value), 4);
    put(key, std::move(bytes));
}

void GgufPairs::set(std::string_view key, bool value) {
    std::string bytes = value_of(GgufType::boolean);
    add_number(bytes, value ? 1 : 0, 1);
    put(key, std::move(bytes));
}

void GgufPairs::set(std::string_view key, std::string_view value) {
    std::string bytes = value_of(GgufType::text);
    add_text(bytes, value);
    put(key, std::move(bytes));
}

void GgufPairs::set(std::string_view key, const std::vector<std::uint32_t>& values) {
    std::string bytes = array_of(GgufType::u32, values.size());
    for (const std::uint32_t value : values)
        add_number(bytes, value, 4);
    put(key, std::move(bytes));
}

void GgufPairs::set(std::string_view key, const std::vector<std::int32_t>& values) {
    std::string bytes = array_of(GgufType::i32, values.size());
    for (const std::int32_t value : values)
        add_number(bytes, static_cast<std::uint32_t>(value), 4);
    put(key, std::move(bytes));
}

void GgufPairs::set(std::string_view key, const std::vector<float>& values) {
    std::string bytes = array_of(GgufType::f32, values.size());
    for (const float value : values)
        add_number(bytes, std::bit_cast<std::uint32_t>(value), 4);
    put(key, std::move(bytes));
}

void GgufPairs::set(std::string_view key, const std::vector<std::string>& values) {
    std::string bytes = array_of(GgufType::text, values.size());
    for (const std::string& value : values)
        add_text(bytes, value);
    put(key, std::move(bytes));
}

void GgufPairs::set(std::string_view key, const GgufValue& value) {
    std::string bytes = value.is_array ? array_of(value.type, value.count) : value_of(value.type);
    bytes.append(reinterpret_cast<const char*>(value.bytes.data()), value.bytes.size());
    put(key, std::move(bytes));
}

void GgufPairs::remove(std::string_view key) {
    std::erase_if(pairs_, [&](const auto& pair) { return pair.first == key; });
}

bool GgufPairs::has(std::string_view key) const {
    return std::any_of(pairs_.begin(), pairs_.end(),
                       [&](const auto& pair) { return pair.first == key; });
}

std::string GgufPairs::bytes() const {
    std::string bytes;
    for (const auto& [key, value] : pairs_) {
        add_text(bytes, key);
        bytes += value;
    }
    return bytes;
}

void GgufPairs::put(std::string_view key, std::string bytes) {
    const auto found = std::find_if(pairs_.begin(), pairs_.end(),
                                    [&](const auto& pair) { return pair.first == key; });
    if (found != pairs_.end()) {
        found->second = std::move(bytes);
    } else {
        pairs_.emplace_back(key, std::move(bytes));
    }
}

std::int64_t GgufTensor::bytes() const {
    std::int64_t elements = 1;
    for (const std::int64_t extent : shape)
        elements *= extent;
    return elements / type->elements * type->bytes;
}

std::string gguf_header(const GgufPairs& pairs, const std::vector<GgufTensor>& tensors) {
    std::string header = "GGUF";
    add_number(header, kVersion, 4);
    add_number(header, tensors.size(), 8);
    add_number(header, pairs.count(), 8);
    header += pairs.bytes();
    std::int64_t offset = 0;
    for (const GgufTensor& tensor : tensors) {
        add_text(header, tensor.name);
        add_number(header, tensor.shape.size(), 4);
        for (std::size_t i = tensor.shape.size(); i-- > 0;)
            add_number(header, static_cast<std::uint64_t>(tensor.shape[i]), 8);
        add_number(header, tensor.type->id, 4);
        add_number(header, static_cast<std::uint64_t>(offset), 8);
        offset += aligned(tensor.bytes());
    }
    header.resize(static_cast<std::size_t>(aligned(static_cast<std::int64_t>(header.size()))));
    return header;
}

std::int64_t gguf_data_bytes(const std::vector<GgufTensor>& tensors) {
    std::int64_t bytes = 0;
    for (const GgufTensor& tensor : tensors)
        bytes += aligned(tensor.bytes());
    return bytes;
}

GgufWriter::GgufWriter(const std::filesystem::path& path, std::string_view header,
                       const std::vector<GgufTensor>& tensors)
    : file_(path) {
    for (const GgufTensor& tensor : tensors)
        sizes_.push_back(tensor.bytes());
    file_.write(header);
}

void GgufWriter::write(std::span<const std::byte> bytes) {
    const auto size = static_cast<std::int64_t>(bytes.size());
    if (tensor_ == sizes_.size() || written_ + size > sizes_[tensor_])
        fail(ErrorCode::internal, "more bytes of a GGUF file were written than its tensors have");
    file_.write(bytes);
    written_ += size;
    if (written_ < sizes_[tensor_]) return;
    file_.write(std::string(static_cast<std::size_t>(aligned(written_) - written_), '\0'));
    written_ = 0;
    ++tensor_;
}

void GgufWriter::finish() {
    if (tensor_ != sizes_.size()) {
        fail(ErrorCode::internal, "{} tensors of a GGUF file were written, not {}", tensor_,
             sizes_.size());
    }
    file_.finish();
}

}  // namespace headscope
