#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace headscope {

/// The minor version of libtorch that this build was made with, such as "2.11": its C++ interface
/// changes from one to the next.
std::string torch_of_build();

/// A torch of a Python environment.
struct NamedTorch {
    std::filesystem::path folder;  ///< of the package: `.../site-packages/torch`
    std::string version;           ///< such as "2.11.0+cu130"; "?" where its files do not tell
    std::string cuda;              ///< such as "13.0"; empty without CUDA
};

/// The torch that the variable `HEADSCOPE_TORCH` names, of whatever version; nothing is loaded.
/// Throws Error(bad_input) when no torch is there.
std::optional<NamedTorch> named_torch();

/// Opens the libraries of the torch that `HEADSCOPE_TORCH` names, so that the engine module uses
/// them in place of those that it would find. The variable holds the folder of the Python package
/// (`.../site-packages/torch`), its `share/cmake`, or a virtual environment.
///
/// Returns whether that torch has CUDA; false where the variable is not set. Throws
/// Error(bad_input) when no torch is there, when it is of another minor version, or when it cannot
/// be loaded.
bool open_named_torch();

}  // namespace headscope
