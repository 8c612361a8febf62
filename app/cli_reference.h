#pragma once

#include <string>

#include "app/cli_description.h"

namespace headscope::app {

/// The commands of the program with their options, values and defaults, as docs/cli-reference.md
/// has them.
std::string cli_reference(const ProgramDescription& program);

}  // namespace headscope::app
