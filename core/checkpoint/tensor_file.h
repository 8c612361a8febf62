#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/dtype.h"
#include "core/checkpoint/mapped_file.h"

namespace headscope {

/// One tensor of a file. `bytes` lie in the file's mapping, row-major and little-endian; not every
/// format promises that they are aligned to their element size.
struct StoredTensor {
    std::string name;
    std::string dtype;  ///< as safetensors spells it, such as "BF16", or GGUF its blocks, "Q4_K"
    std::optional<DType> weight_dtype;  ///< empty where weights cannot have this dtype
    std::vector<std::int64_t> shape;    ///< empty for a scalar; entries may be 0
    std::span<const std::byte> bytes;
    /// Steps between neighbours along each dimension, in elements, where the elements do not lie
    /// row by row, as in a transposed or an expanded tensor of torch.save.
    std::vector<std::int64_t> strides = {};
};

/// A memory-mapped file of tensors. Opening one (see SafetensorsFile and TorchFile) reads and
/// checks what describes them; the data stays untouched.
class TensorFile {
  public:
    virtual ~TensorFile() = default;
    TensorFile(const TensorFile&) = delete;
    TensorFile& operator=(const TensorFile&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return file_.path(); }
    [[nodiscard]] const MappedFile& file() const { return file_; }

    /// The part of the file that describes the tensors.
    [[nodiscard]] std::span<const std::byte> header() const { return header_; }

    [[nodiscard]] const std::vector<StoredTensor>& tensors() const { return tensors_; }

    /// What the file says of itself (`__metadata__` of safetensors).
    [[nodiscard]] const std::map<std::string, std::string>& metadata() const { return metadata_; }

  protected:
    explicit TensorFile(const std::filesystem::path& path) : file_(path) {}

    MappedFile file_;
    std::span<const std::byte> header_;
    std::vector<StoredTensor> tensors_;
    std::map<std::string, std::string> metadata_;
};

}  // namespace headscope
