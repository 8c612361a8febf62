#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/output_file.h"
#include "core/checkpoint/file_listing.h"

namespace headscope {

/// The length field and the JSON that a safetensors file of these tensors begins with, padded with
/// spaces so that the data begin at a multiple of 8 bytes, as the format's own library pads it.
std::string safetensors_header(const std::vector<StoredInfo>& tensors,
                               const std::map<std::string, std::string>& metadata);

/// Writes a safetensors file (see SafetensorsFile) from its beginning to its end, so that no tensor
/// has to be in memory whole. Throws Error(bad_input) that names the file where it cannot be
/// written.
class SafetensorsWriter {
  public:
    /// Writes the header. The file must not exist. `data_bytes` of the tensors follow through
    /// write(), in the header's order.
    SafetensorsWriter(const std::filesystem::path& path, std::string_view header,
                      std::int64_t data_bytes);

    void write(std::span<const std::byte> bytes) { file_.write(bytes); }

    /// Forces the file to the disk. Throws Error(internal) where the tensors are not all there.
    void finish();

  private:
    OutputFile file_;
    std::int64_t size_;  ///< that the file will have
};

}  // namespace headscope
