#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "core/base/utf8.h"
#include "core/report/summary.h"

namespace headscope {
namespace {

using Row = std::vector<std::string>;

std::string quoted(const std::string& text) {
    if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
    std::string inner;
    for (const char c : text) {
        if (c == '"') inner += '"';
        inner += c;
    }
    return '"' + inner + '"';
}

void append(std::string& csv, const Row& row) {
    for (std::size_t i = 0; i < row.size(); ++i)
        csv += (i == 0 ? "" : ",") + quoted(printable_text(row[i]));
    csv += "\r\n";
}

std::string number(double value) {
    return std::isfinite(value) ? fmt::format("{}", value) : std::string();
}

/// Every key that any run has a setting of, in the order of the manifest.
std::vector<std::string> setting_keys(const Analysis& analysis) {
    std::vector<std::string> keys;
    const auto add = [&](const std::vector<Setting>& settings) {
        for (const Setting& setting : settings) {
            if (std::find(keys.begin(), keys.end(), setting.key) == keys.end())
                keys.push_back(setting.key);
        }
    };
    for (const AnalysisSection& section : analysis.sections) {
        add(section.settings);
        for (const AnalysisSeries& series : section.series)
            add(series.settings);
    }
    // Of files without a manifest; the columns of figures tell the same.
    std::erase_if(keys, [](const std::string& key) { return key.starts_with("original_"); });
    return keys;
}

std::string text_of(const std::string& key, const AnalysisSection& section,
                    const AnalysisSeries& series) {
    for (const auto* settings : {&section.settings, &series.settings}) {
        for (const Setting& setting : *settings) {
            if (setting.key == key) return setting.text;
        }
    }
    return {};
}

void add_header(Row& row, const std::string& name) {
    row.insert(row.end(), {name, name + "_low", name + "_high"});
}

/// value, low, high; each as `factor` * (x + offset).
void add_estimate(Row& row, const Estimate& estimate, double factor = 1.0, double offset = 0.0) {
    for (const double value : {estimate.value, estimate.low, estimate.high})
        row.push_back(number(factor * (value + offset)));
}

/// The names of all metrics of any run that the columns before do not have, in their order.
std::vector<std::string> metric_names(const Analysis& analysis) {
    std::vector<std::string> names;
    for (const AnalysisSection& section : analysis.sections) {
        for (const AnalyzedRun& run : section.runs()) {
            for (const Metric& metric : run.result->merged_metrics) {
                const bool elsewhere = metric.name == "perplexity" || metric.name == "accuracy" ||
                                       metric.name == "accuracy_difference";
                if (!elsewhere && std::find(names.begin(), names.end(), metric.name) == names.end())
                    names.push_back(metric.name);
            }
        }
    }
    return names;
}

void add_metrics(Row& row, const Result& result, const std::vector<std::string>& names) {
    for (const std::string& name : names) {
        const Metric* metric = find_metric(result.merged_metrics, name);
        constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
        add_estimate(row,
                     metric != nullptr ? metric->value : Estimate{kUnknown, kUnknown, kUnknown});
    }
}

Row header(const std::vector<std::string>& keys, const std::vector<std::string>& metrics) {
    Row row = {"section", "series", "model"};
    row.insert(row.end(), keys.begin(), keys.end());
    row.insert(row.end(), {"device", "threshold", "pairs", "merged_heads"});
    for (const char* name :
         {"original_perplexity", "merged_perplexity", "perplexity_change_percent",
          "original_accuracy", "merged_accuracy", "accuracy_change_points"})
        add_header(row, name);
    for (const std::string& name : metrics)
        add_header(row, name);
    row.emplace_back("file");
    return row;
}

void add_figures(Row& row, const Result& result) {
    const Change change = change_of(result);
    add_estimate(row, result.original.perplexity);
    add_estimate(row, result.merged.perplexity);
    add_estimate(row, change.perplexity_ratio, 100.0, -1.0);
    add_estimate(row, result.original.accuracy);
    add_estimate(row, result.merged.accuracy);
    add_estimate(row, change.accuracy_difference, 100.0);
}

}  // namespace

std::string summary_csv(const Analysis& analysis) {
    const std::vector<std::string> keys = setting_keys(analysis);
    std::string csv;
    const std::vector<std::string> metrics = metric_names(analysis);
    append(csv, header(keys, metrics));
    for (std::size_t s = 0; s < analysis.sections.size(); ++s) {
        const AnalysisSection& section = analysis.sections[s];
        for (std::size_t c = 0; c < section.series.size(); ++c) {
            const AnalysisSeries& series = section.series[c];
            for (const AnalyzedRun& run : series.runs) {
                const Result& result = *run.result;
                Row row = {std::to_string(s + 1), std::to_string(c + 1), section.model};
                for (const std::string& key : keys)
                    row.push_back(text_of(key, section, series));
                row.push_back(result.manifest ? result.manifest->settings.device : std::string());
                row.push_back(threshold_text(result.threshold));
                row.push_back(std::to_string(result.summary.pairs));
                row.push_back(std::to_string(merged_heads(result)));
                add_figures(row, result);
                add_metrics(row, result, metrics);
                row.push_back(run.file.string());
                append(csv, row);
            }
        }
    }
    return csv;
}

}  // namespace headscope
