#pragma once

#include <filesystem>

#include "core/checkpoint/tensor_file.h"

namespace headscope {

/// A file in the safetensors format (https://github.com/huggingface/safetensors), memory-mapped:
///
///     8 bytes   length of the header, little-endian
///     header    a JSON object {name: {"dtype", "shape", "data_offsets": [begin, end]}}
///     data      the tensors' bytes, without holes, to the end of the file
///
/// header() is the length field and the JSON; tensors() are in the order of their bytes.
class SafetensorsFile : public TensorFile {
  public:
    /// Throws Error(bad_input) that names the file, the tensor where there is one, and the rule of
    /// the format that is broken.
    explicit SafetensorsFile(const std::filesystem::path& path);
};

}  // namespace headscope
