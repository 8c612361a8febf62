#pragma once

#include <filesystem>
#include <memory>
#include <stop_token>
#include <vector>

#include "app/display.h"
#include "core/report/analysis.h"

namespace headscope::app {

struct AnalysisParams {
    std::filesystem::path results_dir;
    std::filesystem::path output_dir;
    std::vector<int> report_layers;  ///< with a heatmap in the report; empty: the most alike ones
    bool plots = true;
};

struct AnalysisOutcome {
    std::shared_ptr<const Analysis> analysis;
    std::vector<std::filesystem::path> files;  ///< that were written
};

/// Reads the results of a folder and writes summaries, charts where this build can draw, and the
/// report. Throws Error(bad_input) where no results can be read, or a file cannot be written, and
/// Error(cancelled).
AnalysisOutcome write_analysis(const AnalysisParams& params, Display& display,
                               const std::stop_token& stop);

/// Whether the analysis in `output_dir` is there already and newer than every results file of it.
bool analysis_is_up_to_date(const std::filesystem::path& output_dir);

/// Says what was written, what a reader must know, and which files could not be read.
void print_outcome(Display& display, const AnalysisParams& params, const AnalysisOutcome& outcome);

}  // namespace headscope::app
