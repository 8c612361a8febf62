#include <system_error>

#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/report/metric_table.h"
#include "core/report/summary.h"

namespace headscope {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr int kFormatVersion = 1;

/// With the types of the manifest, where the run has one.
Json settings_json(const std::vector<Setting>& settings, const Result& result) {
    const Json manifest = result.manifest ? to_json(result.manifest->settings) : Json::object();
    Json json = Json::object();
    for (const Setting& setting : settings)
        json[setting.key] =
            manifest.contains(setting.key) ? manifest.at(setting.key) : Json(setting.text);
    return json;
}

Json run_json(const AnalyzedRun& run) {
    const Result& result = *run.result;
    return {{"threshold", result.threshold},
            {"file", run.file.string()},
            {"device", result.manifest ? Json(result.manifest->settings.device) : Json(nullptr)},
            {"pairs", result.summary.pairs},
            {"merged_heads", merged_heads(result)},
            {"original", to_json(result.original)},
            {"merged", to_json(result.merged)},
            {"change", to_json(change_of(result))},
            {"original_metrics", to_json(metric_list(result, false))},
            {"merged_metrics", to_json(metric_list(result, true))}};
}

Json section_json(const AnalysisSection& section) {
    Json all = Json::array();
    for (const AnalysisSeries& series : section.series) {
        Json runs = Json::array();
        for (const AnalyzedRun& run : series.runs)
            runs.push_back(run_json(run));
        all.push_back({{"name", series.name},
                       {"settings", settings_json(series.settings, *series.runs.front().result)},
                       {"runs", std::move(runs)}});
    }
    const Result& first = *section.series.front().runs.front().result;
    return {{"model", section.model},
            {"name", section.name},
            {"settings", settings_json(section.settings, first)},
            {"original", to_json(section.original)},
            {"series", std::move(all)}};
}

Json layer_json(const SimilarityMatrix& matrix) {
    Json closest = nullptr;
    const std::vector<HeadPair> pairs = find_pairs(matrix, matrix.highest_off_diagonal());
    if (!pairs.empty()) closest = {pairs.front().first, pairs.front().second};
    return {{"layer", matrix.layer},
            {"heads", matrix.heads},
            {"highest", pairs.empty() ? Json(nullptr) : Json(pairs.front().similarity)},
            {"closest", std::move(closest)}};
}

Json similarity_json(const SimilaritySet& set) {
    Json layers = Json::array();
    for (const auto& matrix : set.layers)
        layers.push_back(layer_json(*matrix));
    return {{"model", set.model}, {"measure", set.measure}, {"layers", std::move(layers)}};
}

}  // namespace

Json summary_json(const Analysis& analysis, const std::string& program_version) {
    Json json = {{"format_version", kFormatVersion},
                 {"program", "headscope"},
                 {"program_version", program_version},
                 {"notes", analysis.notes},
                 {"sections", Json::array()},
                 {"similarity", Json::array()},
                 {"unread", Json::array()}};
    for (const AnalysisSection& section : analysis.sections)
        json["sections"].push_back(section_json(section));
    for (const SimilaritySet& set : analysis.similarity)
        json["similarity"].push_back(similarity_json(set));
    for (const UnreadFile& file : analysis.unread)
        json["unread"].push_back({{"file", file.file.string()}, {"reason", file.reason}});
    return json;
}

std::vector<fs::path> write_summaries(const fs::path& directory, const Analysis& analysis,
                                      const std::string& program_version) {
    make_folder(directory);
    const std::vector<std::pair<const char*, std::string>> files = {
        {"summary.csv", summary_csv(analysis)},
        {"summary.md", summary_markdown(analysis)},
        {"summary.json", dump_readable(summary_json(analysis, program_version))}};
    std::vector<fs::path> paths;
    for (const auto& [name, bytes] : files) {
        write_file_atomically(directory / name, bytes);
        paths.push_back(directory / name);
    }
    return paths;
}

}  // namespace headscope
