#pragma once

#include <memory>
#include <vector>

#include "core/report/analysis.h"
#include "ui/charts/chart.h"

namespace headscope::ui {

/// Every chart of an analysis, which each of them keeps alive: `comparison_threshold_<t>.png` and
/// `merged_pairs_threshold_<t>.png` of each run, and below `analysis/` `threshold_comparison.png`
/// of each section, `similarity_overview.png`, `similarity_distribution.png` and
/// `similarity_matrices_layer_<nn>.png` of each set of similarities. Where two would have the same
/// name, the later has `_2` (`_3`, ...) behind it.
[[nodiscard]] std::vector<Chart> charts_of(const std::shared_ptr<const Analysis>& analysis);

/// Those that belong into a report: of heatmaps only the ones of `layers`.
[[nodiscard]] std::vector<Chart> report_charts(std::vector<Chart> charts,
                                               const std::vector<int>& layers);

}  // namespace headscope::ui
