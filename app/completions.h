#pragma once

#include <string>
#include <string_view>

#include "app/cli_description.h"

namespace headscope::app {

/// A script that completes commands, options and values in `shell`: "bash", "zsh" or "fish".
std::string completions(const ProgramDescription& program, std::string_view shell);

}  // namespace headscope::app
