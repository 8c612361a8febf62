#pragma once

#include <vector>

#include "ui/window/tour.h"

namespace headscope::ui {

class StartPage;
class Workbench;
class Workspace;

/// Five steps through the window, from opening a model to what a plan costs. The second opens the
/// demo model where none is open.
[[nodiscard]] std::vector<TourStep> guided_tour(Workbench& workbench, StartPage& start_page,
                                                Workspace& workspace);

}  // namespace headscope::ui
