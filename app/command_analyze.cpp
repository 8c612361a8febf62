#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "app/analysis.h"
#include "app/commands.h"
#include "app/table.h"
#include "core/base/process_rank.h"
#include "core/base/version.h"
#include "core/report/summary.h"

namespace headscope::app {
namespace {

void print_series(Display& display, const AnalysisSection& section, const AnalysisSeries& series) {
    display.print(fmt::format("\n{}\n", fmt::join(merging_phrases(series), ", ")));
    Table table({"threshold", "pairs", "heads merged", "perplexity", "change", "accuracy",
                 "change (points)"});
    table.add({"original", "", "", perplexity_text(section.original.perplexity), "",
               percent_text(section.original.accuracy.value), ""});
    for (const AnalyzedRun& run : series.runs) {
        const Result& result = *run.result;
        const Change change = change_of(result);
        table.add({threshold_text(result.threshold), count_text(result.summary.pairs),
                   count_text(merged_heads(result)), perplexity_text(result.merged.perplexity),
                   change_text(change.perplexity_ratio), percent_text(result.merged.accuracy.value),
                   points_text(change.accuracy_difference)});
    }
    display.print(table.text());
}

void print_sections(Display& display, const Analysis& analysis) {
    for (std::size_t i = 0; i < analysis.sections.size(); ++i) {
        const AnalysisSection& section = analysis.sections[i];
        const std::string number =
            analysis.sections.size() > 1 ? fmt::format("({}) ", i + 1) : std::string();
        display.print(fmt::format("\n{}{}", number, fmt::join(evaluation_phrases(section), ", ")));
        for (const AnalysisSeries& series : section.series)
            print_series(display, section, series);
    }
}

nlohmann::ordered_json result_event(const AnalysisOutcome& outcome) {
    nlohmann::ordered_json event = {{"event", "result"}};
    event.update(summary_json(*outcome.analysis, kVersion));
    event["files"] = nlohmann::ordered_json::array();
    for (const auto& file : outcome.files)
        event["files"].push_back(file.string());
    return event;
}

}  // namespace

void run_analyze(const Options& options, Display& display, const std::stop_token& stop) {
    if (!process_rank().first()) return;  // one of several processes is enough
    AnalysisParams params;
    params.results_dir = options.results_dir;
    params.output_dir = options.analysis_dir.empty() ? options.results_dir : options.analysis_dir;
    params.report_layers = parse_layers(options.layers);
    params.plots = !options.no_plots;
    const AnalysisOutcome outcome = write_analysis(params, display, stop);
    print_sections(display, *outcome.analysis);
    print_outcome(display, params, outcome);
    display.event(result_event(outcome));
}

}  // namespace headscope::app
