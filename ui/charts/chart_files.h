#pragma once

#include <filesystem>
#include <memory>
#include <stop_token>
#include <vector>

#include "core/base/progress.h"
#include "core/report/analysis.h"
#include "core/report/html_report.h"
#include "ui/charts/chart.h"

namespace headscope::ui {

/// Puts a drawn chart at its place in a report. `dark` may be empty.
void add_to_report(ReportImages& images, const Chart& chart, std::string light_png,
                   std::string dark_png);

struct WrittenCharts {
    std::vector<std::filesystem::path> files;
    ReportImages images;  ///< for the report: those of report_charts
};

/// Draws every chart of an analysis into files below `directory`, each written whole or not at all.
/// `report_layers`: the layers whose heatmaps go into the report. Needs no window and no display.
/// Call it on the main thread. Throws Error(bad_input) where a file cannot be written, and
/// Error(cancelled).
WrittenCharts write_charts(const std::shared_ptr<const Analysis>& analysis,
                           const std::filesystem::path& directory,
                           const std::vector<int>& report_layers, const ProgressFn& progress = {},
                           const std::stop_token& stop = {});

}  // namespace headscope::ui
