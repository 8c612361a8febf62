#pragma once

#include <string>
#include <vector>

#include "app/display.h"
#include "core/evaluation/metrics/metric.h"

namespace headscope::app {

/// Prints every metric but perplexity and accuracy, which stand in the table before: a row for each
/// metric, a column for each of `names`. Nothing where there are no more.
void print_metric_table(Display& display, const std::vector<std::string>& names,
                        const std::vector<std::vector<Metric>>& columns);

}  // namespace headscope::app
