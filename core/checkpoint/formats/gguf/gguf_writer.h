#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/output_file.h"
#include "core/checkpoint/formats/gguf/gguf_metadata.h"
#include "core/checkpoint/quantization/block_types.h"

namespace headscope {

/// The key-value pairs of a GGUF file that is written, in the order in which they were first set. A
/// key that is set again keeps its place.
class GgufPairs {
  public:
    void set(std::string_view key, std::uint16_t value);
    void set(std::string_view key, std::int32_t value);
    void set(std::string_view key, std::uint32_t value);
    void set(std::string_view key, float value);
    void set(std::string_view key, bool value);
    void set(std::string_view key, std::string_view value);
    void set(std::string_view key, const char* value) { set(key, std::string_view(value)); }
    void set(std::string_view key, const std::vector<std::uint32_t>& values);
    void set(std::string_view key, const std::vector<std::int32_t>& values);
    void set(std::string_view key, const std::vector<float>& values);
    void set(std::string_view key, const std::vector<std::string>& values);
    /// A value of another file, as it stands there.
    void set(std::string_view key, const GgufValue& value);
    void remove(std::string_view key);

    [[nodiscard]] bool has(std::string_view key) const;
    [[nodiscard]] std::size_t count() const { return pairs_.size(); }

    /// All pairs as they stand in a file.
    [[nodiscard]] std::string bytes() const;

  private:
    void put(std::string_view key, std::string bytes);

    std::vector<std::pair<std::string, std::string>> pairs_;  ///< key; type and value
};

/// A tensor that is written: its shape has the dimension that lies together last.
struct GgufTensor {
    std::string name;
    const BlockType* type = nullptr;
    std::vector<std::int64_t> shape;

    [[nodiscard]] std::int64_t bytes() const;
};

/// What a GGUF file (version 3) of these tensors begins with, up to the first tensor's data.
std::string gguf_header(const GgufPairs& pairs, const std::vector<GgufTensor>& tensors);

/// Bytes of the data behind the header, with what fills up between tensors.
std::int64_t gguf_data_bytes(const std::vector<GgufTensor>& tensors);

/// Writes a GGUF file from its beginning to its end, so that no tensor has to be in memory whole.
/// Throws Error(bad_input) that names the file where it cannot be written.
class GgufWriter {
  public:
    /// Writes the header. The file must not exist. The data of `tensors` follow through write(), in
    /// this order.
    GgufWriter(const std::filesystem::path& path, std::string_view header,
               const std::vector<GgufTensor>& tensors);

    /// Data of the tensor that is not whole yet.
    void write(std::span<const std::byte> bytes);

    /// Forces the file to the disk. Throws Error(internal) where the tensors are not all there.
    void finish();

  private:
    OutputFile file_;
    std::vector<std::int64_t> sizes_;  ///< bytes of each tensor
    std::size_t tensor_ = 0;
    std::int64_t written_ = 0;  ///< bytes of this tensor
};

}  // namespace headscope
