#pragma once

#include <QString>
#include <string_view>

#include "core/base/progress.h"

namespace headscope::ui {

/// What a job is doing, in a word or two: "Loading".
[[nodiscard]] QString stage_text(std::string_view stage);

/// The same with how far it is: "Evaluating, 120 of 775 windows". Without counts where no end is in
/// sight.
[[nodiscard]] QString progress_text(const Progress& progress);

}  // namespace headscope::ui
