#pragma once

#include <bit>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "tests/checkpoint/safetensors_writer.h"

/// Writes GGUF files for tests, valid ones and broken ones, without llama.cpp.
namespace headscope::testing::gguf {

inline std::string number(std::uint64_t value, int bytes) {
    std::string text;
    for (int i = 0; i < bytes; ++i, value >>= 8)
        text += static_cast<char>(value & 0xff);
    return text;
}

inline std::string text(std::string_view value) {
    return number(value.size(), 8) + std::string(value);
}

// Key-value pairs.
inline std::string u32(std::string_view key, std::uint32_t value) {
    return text(key) + number(4, 4) + number(value, 4);
}
inline std::string f32(std::string_view key, float value) {
    return text(key) + number(6, 4) + number(std::bit_cast<std::uint32_t>(value), 4);
}
inline std::string boolean(std::string_view key, bool value) {
    return text(key) + number(7, 4) + number(value ? 1 : 0, 1);
}
inline std::string string(std::string_view key, std::string_view value) {
    return text(key) + number(8, 4) + text(value);
}
inline std::string i32_array(std::string_view key, const std::vector<std::int32_t>& values) {
    std::string pair = text(key) + number(9, 4) + number(5, 4) + number(values.size(), 8);
    for (const std::int32_t value : values)
        pair += number(static_cast<std::uint32_t>(value), 4);
    return pair;
}
inline std::string string_array(std::string_view key, const std::vector<std::string>& values) {
    std::string pair = text(key) + number(9, 4) + number(8, 4) + number(values.size(), 8);
    for (const std::string& value : values)
        pair += text(value);
    return pair;
}

struct Tensor {
    std::string name;
    std::uint32_t type = 0;
    std::vector<std::int64_t> shape;  ///< the dimension that lies together last
    std::string bytes;
};

/// A whole file. Offsets are multiples of 32.
inline std::string file(const std::vector<std::string>& pairs, const std::vector<Tensor>& tensors,
                        std::uint32_t version = 3) {
    std::string header =
        "GGUF" + number(version, 4) + number(tensors.size(), 8) + number(pairs.size(), 8);
    for (const std::string& pair : pairs)
        header += pair;
    std::string data;
    for (const Tensor& tensor : tensors) {
        header += text(tensor.name) + number(tensor.shape.size(), 4);
        for (std::size_t i = tensor.shape.size(); i-- > 0;)
            header += number(static_cast<std::uint64_t>(tensor.shape[i]), 8);
        header += number(tensor.type, 4) + number(data.size(), 8);
        data += tensor.bytes;
        data.append((32 - data.size() % 32) % 32, '\0');
    }
    header.append((32 - header.size() % 32) % 32, '\0');
    return header + data;
}

}  // namespace headscope::testing::gguf
