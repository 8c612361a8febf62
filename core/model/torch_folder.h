#pragma once

#include <filesystem>
#include <string>

namespace headscope {

/// The minor version of libtorch that this build was made with, such as "2.11": its C++ interface
/// changes from one to the next.
std::string torch_of_build();

/// Opens the libraries of the torch that `HEADSCOPE_TORCH` names, so that the engine module uses
/// them in place of those that it would find. The variable holds the folder of the Python package
/// (`.../site-packages/torch`), its `share/cmake`, or a virtual environment.
///
/// Returns whether that torch has CUDA; false where the variable is not set. Throws
/// Error(bad_input) when no torch is there, when it is of another minor version, or when it cannot
/// be loaded.
bool open_named_torch();

}  // namespace headscope
