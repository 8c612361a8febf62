#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/checkpoint/formats/checkpoint_format.h"

namespace headscope {

/// The folder itself, or the one that the file lies in. A file that is a link stands for the folder
/// of the link: in Hugging Face's cache the links have the names, their targets do not. Of such a
/// cache (`models--owner--name`, or its `snapshots`) it is the snapshot that `refs/main` names, or
/// the only one. Throws Error(bad_input) where there is nothing.
std::filesystem::path model_directory(const std::filesystem::path& path);

/// What a path names and what lies beside it. Throws Error(bad_input) where there is nothing.
ModelPlace model_place(const std::filesystem::path& path);

/// The model that several paths name, such as all shards of it: what opens it as one path. Throws
/// Error(bad_input) where they are of two models, or one of them is not there.
std::filesystem::path one_model(const std::vector<std::filesystem::path>& paths);

/// Names of what lies in a folder, sorted; none where it cannot be read.
std::vector<std::string> file_names(const std::filesystem::path& directory);

}  // namespace headscope
