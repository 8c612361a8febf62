#pragma once

#include <string_view>

namespace headscope::app {

/// Writes to standard error. What people are told on the way must not end a run, so a full disk or
/// a closed pipe is ignored: exit code and results files still tell how the run ended.
void write_error_stream(std::string_view text) noexcept;

/// Writes to standard output and flushes it. Throws Error(bad_input) that says why it failed: the
/// output is what the user asked for.
void write_output_stream(std::string_view text);

}  // namespace headscope::app
