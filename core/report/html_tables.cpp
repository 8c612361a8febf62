#include "core/report/html_tables.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/report/figure_text.h"
#include "core/report/html_text.h"
#include "core/report/metric_table.h"
#include "core/report/yardstick.h"
#include "core/similarity/layer_list.h"

namespace headscope {
namespace {

using Cells = std::vector<std::string>;  ///< HTML

std::string row(const Cells& cells, const char* tag = "td") {
    std::string html = "<tr>";
    for (const std::string& cell : cells)
        html += fmt::format("<{0}>{1}</{0}>", tag, cell);
    return html + "</tr>\n";
}

std::string table(const char* kind, const std::string& caption, const Cells& header,
                  const std::string& body) {
    return fmt::format(
        "<div class=\"wide\"><table class=\"{}\">\n<caption>{}</caption>\n<thead>{}</thead>\n"
        "<tbody>\n{}</tbody>\n</table></div>\n",
        kind, caption, row(header, "th"), body);
}

/// A figure with what is in brackets behind it on a line below.
std::string two_lines(const std::string& figure) {
    const std::size_t at = figure.find(" [");
    if (at == std::string::npos) return html_text(figure);
    return fmt::format("{}<small>{}</small>", html_text(figure.substr(0, at)),
                       html_text(figure.substr(at + 1)));
}

/// The name of a file, with the whole path where the mouse rests on it.
std::string file_html(const std::filesystem::path& file) {
    if (file.empty()) return "not saved";
    return fmt::format("<span title=\"{}\">{}</span>", html_text(file.string()),
                       html_text(file.filename().string()));
}

std::string text_of(const std::string& key, const nlohmann::ordered_json& value) {
    if (value.is_string()) return value.get<std::string>();
    if (key == "layers") return layers_text(value.get<std::vector<int>>());
    if (value.is_number_float()) return fmt::format("{:.1f}", value.get<double>());
    return value.dump();
}

using Manifests = std::vector<nlohmann::ordered_json>;  ///< [runs]; null without one

Manifests manifests_of(const std::vector<AnalyzedRun>& runs) {
    Manifests manifests;
    for (const AnalyzedRun& run : runs)
        manifests.push_back(run.result->manifest ? to_json(*run.result->manifest)
                                                 : nlohmann::ordered_json::object());
    return manifests;
}

/// Every key that a manifest has, in their order.
std::vector<std::string> keys_of(const Manifests& manifests) {
    std::vector<std::string> keys;
    for (const auto& manifest : manifests) {
        for (const auto& [key, value] : manifest.items()) {
            if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
        }
    }
    return keys;
}

/// Whether every run has the same value under a key.
bool common(const Manifests& manifests, const std::string& key) {
    return std::all_of(manifests.begin(), manifests.end(), [&](const auto& manifest) {
        return manifest.contains(key) && manifest.at(key) == manifests.front().at(key);
    });
}

}  // namespace

std::string results_table(const AnalysisSection& section, const AnalysisSeries& series) {
    using namespace figures;
    std::string body =
        row({"original", "", "", two_lines(perplexity_text(section.original.perplexity)), "",
             two_lines(percent_text(section.original.accuracy)), ""});
    for (const AnalyzedRun& run : series.runs) {
        const Result& result = *run.result;
        const Change change = change_of(result);
        body += row({threshold_name(result), count_text(result.summary.pairs),
                     count_text(merged_heads(result)),
                     two_lines(perplexity_text(result.merged.perplexity)),
                     two_lines(change_text(change.perplexity_ratio)),
                     two_lines(percent_text(result.merged.accuracy)),
                     two_lines(points_text(change.accuracy_difference))});
    }
    return table("results", "Perplexity and accuracy against the threshold",
                 {"Threshold", "Pairs", "Heads merged", "Perplexity", "Change", "Accuracy",
                  "Change, points"},
                 body);
}

std::string metrics_table(const AnalysisSeries& series) {
    if (series.runs.empty() || series.runs.front().result->merged_metrics.empty()) return {};
    Cells header = {"Metric", "original"};
    std::vector<std::vector<Metric>> columns = {series.runs.front().result->original_metrics};
    for (const AnalyzedRun& run : series.runs) {
        header.push_back(threshold_name(*run.result));
        columns.push_back(run.result->merged_metrics);
    }
    std::string body;
    for (const std::vector<std::string>& texts : metric_rows(columns, /*all=*/true)) {
        Cells cells = {html_text(texts.front())};
        for (std::size_t i = 1; i < texts.size(); ++i)
            cells.push_back(two_lines(texts[i]));
        body += row(cells);
    }
    Cells places = {kYardstickHeading, ""};
    bool known = false;
    for (const AnalyzedRun& run : series.runs) {
        places.push_back(html_text(run.result->yardstick));
        known = known || !run.result->yardstick.empty();
    }
    if (known) body += row(places);
    return "<details open><summary>All metrics</summary>\n" +
           table("metrics", "Metrics, with 95 % intervals", header, body) + "</details>\n";
}

std::string pairs_table(const AnalysisSeries& series) {
    Cells header = {"Layer"};
    std::map<int, Cells> layers;
    for (const AnalyzedRun& run : series.runs) {
        header.push_back(threshold_name(*run.result));
        for (const LayerPlan& layer : run.result->plan.layers) {
            Cells& cells = layers[layer.layer];
            cells.resize(header.size() - 1);
            cells.back() = figures::count_text(static_cast<std::int64_t>(layer.pairs.size()));
        }
    }
    std::string body;
    for (auto& [layer, cells] : layers) {
        cells.resize(header.size() - 1);
        cells.insert(cells.begin(), std::to_string(layer));
        body += row(cells);
    }
    return "<details><summary>Pairs in each layer</summary>\n" +
           table("pairs", "Pairs in each layer at each threshold", header, body) + "</details>\n";
}

std::string closest_heads_table(const SimilaritySet& set) {
    std::string body;
    for (const auto& matrix : set.layers) {
        const std::vector<HeadPair> pairs = find_pairs(*matrix, matrix->highest_off_diagonal());
        body += row({std::to_string(matrix->layer), std::to_string(matrix->heads),
                     pairs.empty() ? "" : fmt::format("{:.4f}", pairs.front().similarity),
                     pairs.empty()
                         ? ""
                         : fmt::format("{} and {}", pairs.front().first, pairs.front().second)});
    }
    return table("closest",
                 fmt::format("The most alike heads of each layer, {}{}", html_text(set.model),
                             set.measure.empty() ? "" : ", measure " + html_text(set.measure)),
                 {"Layer", "Heads", "Highest similarity", "Between heads"}, body);
}

std::string manifest_tables(const AnalysisSection& section) {
    const std::vector<AnalyzedRun> runs = section.runs();
    const Manifests manifests = manifests_of(runs);
    std::string shared;
    Cells own;
    for (const std::string& key : keys_of(manifests)) {
        if (!common(manifests, key)) {
            own.push_back(key);
            continue;
        }
        shared += fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td></tr>\n", html_text(key),
                              html_text(text_of(key, manifests.front().at(key))));
    }
    std::string html;
    if (!shared.empty())
        html += fmt::format(
            "<table class=\"settings\">\n<caption>Common to all runs</caption>\n"
            "<tbody>\n{}</tbody></table>\n",
            shared);
    Cells header = {"Threshold", "File"};
    for (const std::string& key : own)
        header.push_back(html_text(key));
    std::string body;
    for (std::size_t i = 0; i < runs.size(); ++i) {
        Cells cells = {threshold_name(*runs[i].result), file_html(runs[i].file)};
        for (const std::string& key : own)
            cells.push_back(
                manifests[i].contains(key) ? html_text(text_of(key, manifests[i].at(key))) : "");
        body += row(cells);
    }
    return html + table("runs", "The runs", header, body);
}

}  // namespace headscope
