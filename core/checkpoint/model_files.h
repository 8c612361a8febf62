#pragma once

#include <filesystem>
#include <vector>

namespace headscope {

/// How a folder keeps a model.
enum class ModelLayout {
    safetensors,  ///< Hugging Face: config.json and safetensors files
    torch,        ///< Hugging Face, older: config.json and files of torch.save
    meta,         ///< Meta's own releases: params.json and consolidated.NN.pth
};

/// Where a model's files lie.
struct ModelFiles {
    ModelLayout layout = ModelLayout::safetensors;
    std::filesystem::path directory;
    std::filesystem::path config;                ///< config.json or params.json
    std::filesystem::path index;                 ///< lists the tensor files; empty: there is none
    std::vector<std::filesystem::path> tensors;  ///< where there is no index
};

/// Finds the model of a folder, or of the folder that `path` lies in. A file that is a link stands
/// for the folder of the link: in Hugging Face's cache the links have the names, their targets do
/// not. Where several layouts are there, the first of ModelLayout is taken.
/// Throws Error(bad_input) when a file is missing, and Error(unsupported) when there are weights,
/// but of a kind that cannot be read.
ModelFiles find_model_files(const std::filesystem::path& path);

/// The folder itself, or the one that the file lies in. Throws Error(bad_input) where there is
/// nothing.
std::filesystem::path model_directory(const std::filesystem::path& path);

}  // namespace headscope
