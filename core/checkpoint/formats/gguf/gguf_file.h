#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "core/checkpoint/formats/gguf/gguf_metadata.h"
#include "core/checkpoint/quantization/block_types.h"
#include "core/checkpoint/tensor_file.h"

namespace headscope {

/// A file in the format GGUF, version 2 or 3 (https://github.com/ggml-org/ggml, docs/gguf.md),
/// memory-mapped: magic, version, counts, key-value pairs, tensor infos, and the tensors' data,
/// each at a multiple of `general.alignment`.
///
/// header() is all in front of the data. A tensor's dtype is the name of its type of blocks, and
/// its shape has the dimension that lies together last, as everywhere else.
class GgufFile : public TensorFile {
  public:
    /// Throws Error(bad_input) that names the file, and the key or tensor where there is one, for
    /// every length, count and offset that does not fit the file; Error(unsupported) for another
    /// version, for big-endian files and for types of tensors that are not known.
    explicit GgufFile(const std::filesystem::path& path);

    [[nodiscard]] const GgufMetadata& values() const { return values_; }

    /// The type of blocks of each of tensors().
    [[nodiscard]] const std::vector<const BlockType*>& types() const { return types_; }

  private:
    GgufMetadata values_;
    std::vector<const BlockType*> types_;
};

}  // namespace headscope
