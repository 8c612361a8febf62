#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/checkpoint/tensor_source.h"

namespace headscope {

/// A tensor as a file describes it.
struct StoredInfo {
    std::string name;
    std::string dtype;  ///< as safetensors spells it, such as "BF16"
    std::vector<std::int64_t> shape;
    std::int64_t bytes = 0;
};

/// One file of a checkpoint and what lies in it, in the order of its bytes: all tensors, also those
/// that Headscope does not read, under Hugging Face's names.
struct FileListing {
    std::filesystem::path path;
    std::string_view header;                      ///< TensorFile::header(), in the mapped file
    std::map<std::string, std::string> metadata;  ///< what a safetensors file says of itself
    std::vector<StoredInfo> tensors;
    /// `header` is that of a safetensors file of exactly these tensors.
    bool header_describes_it = false;
};

/// `table` holds the tensors of `files`; one that is joined from several is listed with the first.
/// Files without tensors of the table are left out.
std::vector<FileListing> list_files(const std::vector<std::shared_ptr<const TensorFile>>& files,
                                    const std::vector<TensorSource>& table);

}  // namespace headscope
