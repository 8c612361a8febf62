#pragma once

#include <filesystem>

namespace headscope {

/// Where a model's files lie. The shards are listed in the index.
struct ModelFiles {
    std::filesystem::path directory;
    std::filesystem::path config;
    std::filesystem::path weights;  ///< model.safetensors, or the index of the shards
    bool sharded = false;           ///< `weights` is the index
};

/// Finds the model of a folder, or of the folder that `path` lies in. A file that is a link stands
/// for the folder of the link: in Hugging Face's cache the links have the names, their targets do
/// not. Throws Error(bad_input) when a file is missing, and Error(unsupported) when there are
/// weights, but of a kind that cannot be read.
ModelFiles find_model_files(const std::filesystem::path& path);

}  // namespace headscope
