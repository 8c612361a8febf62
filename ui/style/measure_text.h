#pragma once

#include <QString>

#include "core/similarity/measure.h"

namespace headscope::ui {

/// "Query weights (q)": the word and the name that options and files use.
[[nodiscard]] QString measure_title(Measure measure);

/// What a measure compares, in a sentence or two, and below it the formula.
[[nodiscard]] QString measure_explanation(Measure measure);

}  // namespace headscope::ui
