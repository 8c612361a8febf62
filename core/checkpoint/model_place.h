#pragma once

#include <filesystem>

#include "core/checkpoint/formats/checkpoint_format.h"

namespace headscope {

/// The folder itself, or the one that the file lies in. A file that is a link stands for the folder
/// of the link: in Hugging Face's cache the links have the names, their targets do not. Of such a
/// cache (`models--owner--name`, or its `snapshots`) it is the snapshot that `refs/main` names, or
/// the only one. Throws Error(bad_input) where there is nothing.
std::filesystem::path model_directory(const std::filesystem::path& path);

/// What a path names and what lies beside it. Throws Error(bad_input) where there is nothing.
ModelPlace model_place(const std::filesystem::path& path);

/// Names of what lies in a folder, sorted; none where it cannot be read.
std::vector<std::string> file_names(const std::filesystem::path& directory);

}  // namespace headscope
