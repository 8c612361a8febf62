#pragma once

#include <string>

namespace headscope::app {

/// What `--version` prints: the version, and on a line each what a report of a fault needs: commit,
/// libtorch, CUDA, Qt. The torch that HEADSCOPE_TORCH names is looked at and not loaded.
std::string version_text();

}  // namespace headscope::app
