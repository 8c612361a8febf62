#pragma once

#include <vector>

#include "ui/panel/panel.h"

namespace headscope::ui {

/// All panels of the window, in the order of its menus and tabs.
[[nodiscard]] std::vector<Panel> make_panels(const PanelServices& services);

}  // namespace headscope::ui
