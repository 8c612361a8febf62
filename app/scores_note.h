#pragma once

#include <vector>

#include "app/display.h"
#include "core/evaluation/evaluator.h"

namespace headscope::app {

/// Shows running scores: beside the bar the original's perplexity and the change of the variant
/// that changes most, as JSON the metrics of all. `thresholds` name the variants after the
/// original.
void show_scores(Display& display, const Scores& scores, const std::vector<double>& thresholds);

}  // namespace headscope::app
