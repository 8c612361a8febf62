#pragma once

#include <filesystem>

#include "core/checkpoint/tensor_file.h"

namespace headscope {

/// What torch.save writes of a dictionary of tensors (.pth, .bin): a zip archive with the pickle
/// data.pkl, which describes the tensors, and a record for the elements of each storage. The
/// records are not compressed, so that tensors are views into the mapped file.
///
/// header() is data.pkl. Nothing that the pickle names is ever run: see read_pickled_tensors.
class TorchFile : public TensorFile {
  public:
    /// Throws Error(bad_input) or Error(unsupported) that names the file, and the tensor or the
    /// name where there is one: a file that is not whole, the format that PyTorch wrote before
    /// version 1.6, a tensor that does not lie in its record. Entries that are no tensors are
    /// left out.
    explicit TorchFile(const std::filesystem::path& path);
};

}  // namespace headscope
