#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/checkpoint/tensor_file.h"

namespace headscope {

struct CheckpointContents;

/// What the user named, and the folder that it lies in.
struct ModelPlace {
    std::filesystem::path directory;
    std::filesystem::path file;      ///< empty: the folder was named
    std::vector<std::string> names;  ///< of what lies in the folder, sorted

    /// Whether the folder has a file of this name. A link whose target is missing counts: opening
    /// it says what is wrong with it.
    [[nodiscard]] bool has(std::string_view name) const;

    /// The name of the file that the user named; empty for a folder.
    [[nodiscard]] std::string file_name() const { return file.filename().string(); }
};

/// Where a model's files lie.
struct ModelFiles {
    std::filesystem::path directory;
    std::filesystem::path config;                ///< config.json or params.json; empty: none
    std::filesystem::path index;                 ///< lists the tensor files; empty: there is none
    std::vector<std::filesystem::path> tensors;  ///< where there is no index
};

/// A way to keep a model in files. A new one is its own files and a line in checkpoint_formats().
struct CheckpointFormat {
    std::string_view id;    ///< in manifests: "safetensors"
    std::string_view name;  ///< for people: "Hugging Face, safetensors"
    /// An export keeps the division into files that such a model has.
    bool keeps_files;
    /// The files of a model in this format; nothing where there are none. Throws Error(bad_input)
    /// where some of them are missing, and where the folder has several models.
    std::optional<ModelFiles> (*find)(const ModelPlace& place);
    /// Opens the files: fills in the first part of `contents`. Throws Error that names the file and
    /// the tensor, field or rule.
    void (*read)(const ModelFiles& files, CheckpointContents& contents);
    /// Opens one of the files, without its config.
    std::unique_ptr<const TensorFile> (*open_file)(const std::filesystem::path& path);
    /// Whether a file of this name belongs to the format, for the survey of a broken folder.
    bool (*owns)(std::string_view file_name);
};

/// The formats that can be read; where a folder has several, the first is taken.
std::span<const CheckpointFormat* const> checkpoint_formats();

/// The files of the model that was named and their format. Throws Error(bad_input) where a file is
/// missing, and Error(unsupported) where there are weights, but of a kind that cannot be read.
std::pair<const CheckpointFormat*, ModelFiles> find_checkpoint(const std::filesystem::path& path);

}  // namespace headscope
