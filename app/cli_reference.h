#pragma once

#include <string>

#include <CLI/App.hpp>

namespace headscope::app {

/// The commands of the program with their options, values and defaults, as docs/cli-reference.md
/// has them: made from the options that the program declares, so that the page cannot be wrong.
std::string cli_reference(const CLI::App& program);

}  // namespace headscope::app
