#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/checkpoint/dtype.h"
#include "core/checkpoint/mapped_file.h"

namespace headscope {

/// One tensor of a safetensors file. `bytes` lie in the file's mapping, row-major and
/// little-endian; the format does not promise that they are aligned to their element size.
struct SafetensorsTensor {
    std::string name;
    std::string dtype;                  ///< as the file spells it, such as "BF16"
    std::optional<DType> weight_dtype;  ///< empty where weights cannot have this dtype
    std::vector<std::int64_t> shape;    ///< empty for a scalar; entries may be 0
    std::span<const std::byte> bytes;
};

/// A file in the safetensors format (https://github.com/huggingface/safetensors), memory-mapped:
///
///     8 bytes   length of the header, little-endian
///     header    a JSON object {name: {"dtype", "shape", "data_offsets": [begin, end]}}
///     data      the tensors' bytes, without holes, to the end of the file
class SafetensorsFile {
  public:
    /// Reads and checks the header; the data stays untouched. Throws Error(bad_input) that names
    /// the file, the tensor where there is one, and the rule of the format that is broken.
    explicit SafetensorsFile(const std::filesystem::path& path);

    [[nodiscard]] const std::filesystem::path& path() const { return file_.path(); }
    [[nodiscard]] const MappedFile& file() const { return file_; }

    /// The length field and the JSON.
    [[nodiscard]] std::span<const std::byte> header() const { return header_; }

    /// The tensors in the order of their bytes.
    [[nodiscard]] const std::vector<SafetensorsTensor>& tensors() const { return tensors_; }

  private:
    MappedFile file_;
    std::span<const std::byte> header_;
    std::vector<SafetensorsTensor> tensors_;
};

}  // namespace headscope
