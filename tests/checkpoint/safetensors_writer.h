#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

/// Writes safetensors files for tests, valid ones and, through with_header, broken ones.
namespace headscope::testing {

struct TensorSpec {
    std::string name;
    std::string dtype;  ///< as in the file: "BF16", "F32", "I64" ...
    std::vector<std::int64_t> shape;
    std::string bytes = {};  ///< as many as dtype and shape take; may stay empty for sparse files
};

inline std::size_t size_in_bytes(const TensorSpec& tensor) {
    static const std::map<std::string, std::size_t> sizes{
        {"BOOL", 1}, {"U8", 1},  {"I8", 1},  {"F8_E5M2", 1}, {"F8_E4M3", 1}, {"F8_E8M0", 1},
        {"I16", 2},  {"U16", 2}, {"F16", 2}, {"BF16", 2},    {"I32", 4},     {"U32", 4},
        {"F32", 4},  {"F64", 8}, {"I64", 8}, {"U64", 8},     {"C64", 8},
    };
    std::size_t size = sizes.at(tensor.dtype);
    for (const std::int64_t extent : tensor.shape)
        size *= static_cast<std::size_t>(extent);
    return size;
}

/// A file with this header as it stands, behind its true length, and this data.
inline std::string with_header(std::string_view header, std::string_view data = {}) {
    std::string file;
    for (int shift = 0; shift < 64; shift += 8) {
        file += static_cast<char>(static_cast<std::uint64_t>(header.size()) >> shift & 0xff);
    }
    return file.append(header).append(data);
}

/// The header of tensors that lie one behind the other, padded to 8 bytes as the format's own
/// library pads it.
inline std::string header_of(const std::vector<TensorSpec>& tensors) {
    nlohmann::ordered_json header{{"__metadata__", {{"format", "pt"}}}};
    std::size_t begin = 0;
    for (const TensorSpec& tensor : tensors) {
        const std::size_t end = begin + size_in_bytes(tensor);
        header[tensor.name] = {
            {"dtype", tensor.dtype}, {"shape", tensor.shape}, {"data_offsets", {begin, end}}};
        begin = end;
    }
    std::string text = header.dump();
    text.append((8 - text.size() % 8) % 8, ' ');
    return text;
}

/// A valid file, byte for byte.
inline std::string safetensors_bytes(const std::vector<TensorSpec>& tensors) {
    std::string data;
    for (const TensorSpec& tensor : tensors) {
        if (tensor.bytes.size() != size_in_bytes(tensor)) {
            throw std::invalid_argument(tensor.name + ": bytes do not fit dtype and shape");
        }
        data += tensor.bytes;
    }
    return with_header(header_of(tensors), data);
}

inline void write_bytes(const std::filesystem::path& path, std::string_view bytes) {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (!file.flush()) throw std::runtime_error(path.string() + " cannot be written");
}

inline std::string read_bytes(const std::filesystem::path& path) {
    std::string bytes(std::filesystem::file_size(path), '\0');
    std::ifstream file(path, std::ios::binary);
    file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (!file) throw std::runtime_error(path.string() + " cannot be read");
    return bytes;
}

/// A valid file.
inline void write_safetensors(const std::filesystem::path& path,
                              const std::vector<TensorSpec>& tensors) {
    write_bytes(path, safetensors_bytes(tensors));
}

/// A valid file whose data are all zero and take no room on the disk, however large they are.
inline void write_sparse_safetensors(const std::filesystem::path& path,
                                     const std::vector<TensorSpec>& tensors) {
    const std::string begin = with_header(header_of(tensors));
    std::size_t size = begin.size();
    for (const TensorSpec& tensor : tensors)
        size += size_in_bytes(tensor);
    write_bytes(path, begin);
    std::filesystem::resize_file(path, size);
}

}  // namespace headscope::testing
