#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/base/utf8.h"
#include "core/report/figure_text.h"
#include "core/report/metric_table.h"
#include "core/report/summary.h"
#include "core/report/yardstick.h"

namespace headscope {
namespace {

/// Text that a file brought along: one line in which no character means anything to Markdown.
std::string plain(const std::string& text) {
    std::string escaped;
    for (const char c : printable_text(text)) {
        if (std::string_view("\\`*_[]<>|#&~").find(c) != std::string_view::npos) escaped += '\\';
        escaped += c == '\n' ? ' ' : c;
    }
    return escaped;
}

std::string row(const std::vector<std::string>& cells) {
    return fmt::format("| {} |\n", fmt::join(cells, " | "));
}

std::string table(const AnalysisSection& section, const AnalysisSeries& series) {
    using namespace figures;
    std::string text = row({"threshold", "pairs", "heads merged", "perplexity", "change",
                            "accuracy", "change (points)"});
    text += "| ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n";
    text += row({"original", "", "", perplexity_text(section.original.perplexity), "",
                 percent_text(section.original.accuracy), ""});
    for (const AnalyzedRun& run : series.runs) {
        const Result& result = *run.result;
        const Change change = change_of(result);
        text += row({threshold_name(result), count_text(result.summary.pairs),
                     count_text(merged_heads(result)), perplexity_text(result.merged.perplexity),
                     change_text(change.perplexity_ratio), percent_text(result.merged.accuracy),
                     points_text(change.accuracy_difference)});
    }
    return text;
}

/// Every metric of the series, a column for each run; nothing where files have no list of them.
std::string metrics_table(const AnalysisSeries& series) {
    std::vector<std::vector<Metric>> columns;
    std::vector<std::string> header = {"metric"};
    if (series.runs.empty() || series.runs.front().result->merged_metrics.empty()) return {};
    header.emplace_back("original");
    columns.push_back(series.runs.front().result->original_metrics);
    for (const AnalyzedRun& run : series.runs) {
        header.push_back(threshold_name(*run.result));
        columns.push_back(run.result->merged_metrics);
    }
    std::string text = '\n' + row(header) + "| :--- |";
    for (std::size_t i = 1; i < header.size(); ++i)
        text += " ---: |";
    text += '\n';
    for (const std::vector<std::string>& cells : metric_rows(columns, /*all=*/true))
        text += row(cells);
    std::vector<std::string> places = {kYardstickHeading, ""};
    bool known = false;
    for (const AnalyzedRun& run : series.runs) {
        places.push_back(plain(run.result->yardstick));
        known = known || !run.result->yardstick.empty();
    }
    if (known) text += row(places);
    return text;
}

std::string list(const std::vector<std::string>& phrases) {
    return plain(fmt::format("{}", fmt::join(phrases, ", ")));
}

std::string section_text(const Analysis& analysis, std::size_t index) {
    const AnalysisSection& section = analysis.sections[index];
    std::string text =
        fmt::format("## {}{}\n\n{}\n\n",
                    analysis.sections.size() > 1 ? fmt::format("{}. ", index + 1) : std::string(),
                    plain(section.name.empty() ? section.model : section.name),
                    list(evaluation_phrases(section)));
    for (const AnalysisSeries& series : section.series) {
        if (!series.name.empty()) text += fmt::format("### {}\n\n", plain(series.name));
        text += fmt::format("Merged with {}\n\n{}{}\n", list(merging_phrases(series)),
                            table(section, series), metrics_table(series));
    }
    return text;
}

}  // namespace

std::string summary_markdown(const Analysis& analysis) {
    std::string text =
        "# Headscope results\n\nIntervals are 95 %. A change is that of the same windows under "
        "both "
        "models.\n\n";
    for (const std::string& note : analysis.notes)
        text += fmt::format("- {}\n", plain(note));
    if (!analysis.notes.empty()) text += '\n';
    for (std::size_t i = 0; i < analysis.sections.size(); ++i)
        text += section_text(analysis, i);
    if (!analysis.unread.empty()) text += "## Files that could not be read\n\n";
    for (const UnreadFile& file : analysis.unread)
        text += fmt::format("- {}\n", plain(file.reason));
    return text;
}

}  // namespace headscope
