#pragma once

#include <QString>

namespace headscope::ui {

class Session;

/// What the present choices select, or why they select nothing; empty while no model is open.
[[nodiscard]] QString selection_text(const Session& session);

}  // namespace headscope::ui
