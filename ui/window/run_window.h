#pragma once

#include <string>

namespace headscope::ui {

/// What the command line says about the window.
struct WindowOptions {
    std::string path;      ///< a model, a file of one, or results; empty: the last session
    std::string language;  ///< "en", "ru"; empty: as chosen before
};

/// Whether a window can be shown here at all.
[[nodiscard]] bool has_display();

/// Shows the window until it is closed; returns the exit code. `argc` and `argv` stay in use.
int run_window(int& argc, char** argv, const WindowOptions& options);

}  // namespace headscope::ui
