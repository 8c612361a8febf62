#pragma once

#include <string>

#include "app/cli_description.h"

namespace headscope::app {

/// The manual page headscope(1), for man.
std::string man_page(const ProgramDescription& program, const std::string& version);

}  // namespace headscope::app
