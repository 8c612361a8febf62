#include "app/analysis.h"

#include <algorithm>
#include <system_error>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/version.h"
#include "core/report/html_report.h"
#include "core/report/summary.h"
#ifdef HEADSCOPE_UI
#include "ui/charts/chart_files.h"
#endif

namespace headscope::app {
namespace {

namespace fs = std::filesystem;

constexpr const char* kReportName = "report.html";
constexpr std::size_t kReportLayers =
    4;  ///< with a heatmap in the report, unless the user says which

std::shared_ptr<const Analysis> read_analysis(const fs::path& directory, const ProgressFn& progress,
                                              const std::stop_token& stop) {
    Analysis analysis = analyze(read_runs(directory, progress, stop));
    if (analysis.run_count() > 0) return std::make_shared<const Analysis>(std::move(analysis));
    if (analysis.unread.empty()) {
        fail(ErrorCode::bad_input,
             "{}: there is no results_threshold_*.json in this folder; give the --output_dir of a "
             "batch",
             directory.string());
    }
    std::string reasons;
    for (const UnreadFile& file : analysis.unread)
        reasons += "\n" + file.reason;
    fail(ErrorCode::bad_input, "{}: no results file could be read:{}", directory.string(), reasons);
}

/// Throws Error(bad_input) for layers that no file has.
void check_layers(const std::vector<int>& layers, const Analysis& analysis) {
    for (const int layer : layers) {
        const bool known = std::any_of(
            analysis.similarity.begin(), analysis.similarity.end(), [&](const SimilaritySet& set) {
                return std::any_of(set.layers.begin(), set.layers.end(),
                                   [&](const auto& matrix) { return matrix->layer == layer; });
            });
        if (!known) fail(ErrorCode::bad_input, "--layers: no results file has layer {}", layer);
    }
}

/// Why this build draws no charts, and what to do; empty where it does.
std::string no_charts_text([[maybe_unused]] const fs::path& results_dir) {
#ifdef HEADSCOPE_UI
    return {};
#else
    return fmt::format(
        "This build of Headscope draws no charts; `headscope analyze --results_dir {}` of a full "
        "build makes them from the same files.",
        results_dir.string());
#endif
}

}  // namespace

AnalysisOutcome write_analysis(const AnalysisParams& params, Display& display,
                               const std::stop_token& stop) {
    const ProgressFn progress = [&](const Progress& at) { display.progress(at); };
    AnalysisOutcome outcome{read_analysis(params.results_dir, progress, stop), {}};
    const Analysis& analysis = *outcome.analysis;
    check_layers(params.report_layers, analysis);
    outcome.files = write_summaries(params.output_dir, analysis, kVersion);
    ReportImages images;
    if (!params.plots) {
        images.absent = "This report was made without charts (--no_plots).";
    } else {
        images.absent = no_charts_text(params.results_dir);
#ifdef HEADSCOPE_UI
        ui::WrittenCharts charts = ui::write_charts(outcome.analysis, params.output_dir,
                                                    params.report_layers.empty()
                                                        ? most_alike_layers(analysis, kReportLayers)
                                                        : params.report_layers,
                                                    progress, stop);
        images = std::move(charts.images);
        outcome.files.insert(outcome.files.end(), charts.files.begin(), charts.files.end());
#endif
    }
    throw_if_stopped(stop);
    outcome.files.push_back(params.output_dir / kReportName);
    write_report(outcome.files.back(), analysis, images, kVersion);
    return outcome;
}

bool analysis_is_up_to_date(const fs::path& output_dir) {
    std::error_code error;
    const auto made = fs::last_write_time(output_dir / kReportName, error);
    if (error) return false;
    for (fs::directory_iterator at(output_dir, error), end; !error && at != end;
         at.increment(error)) {
        if (at->path().extension() != ".json" || at->path().filename() == "summary.json") continue;
        std::error_code unknown;
        if (at->last_write_time(unknown) > made || unknown) return false;
    }
    return !error;
}

void print_outcome(Display& display, const AnalysisParams& params, const AnalysisOutcome& outcome) {
    display.end_line();
    display.print(fmt::format("\n{}  and {} more files beside it", outcome.files.back().string(),
                              outcome.files.size() - 1));
    std::vector<std::string> notes = outcome.analysis->notes;
    for (const UnreadFile& file : outcome.analysis->unread)
        notes.push_back("Could not be read: " + file.reason);
    if (params.plots) notes.push_back(no_charts_text(params.results_dir));
    for (const std::string& note : notes) {
        if (note.empty()) continue;
        display.event({{"event", "note"}, {"text", note}});
        display.print("\n" + note);
    }
}

}  // namespace headscope::app
