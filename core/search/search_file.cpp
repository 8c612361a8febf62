#include "core/search/search_file.h"

#include <system_error>

#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/sha256.h"
#include "core/search/budget.h"

namespace headscope {
namespace {

using Json = nlohmann::ordered_json;

Json asked_for(const FindParams& params) {
    return {{"max_ppl_increase", ppl_increase_text(params.max_ppl_increase)},
            {"gain", name_of(params.gain)},
            {"candidates", params.candidates},
            {"probe_windows", params.probe_windows}};
}

Json thresholds_json(const LayerThresholds& thresholds) {
    Json json = Json::object();
    for (const auto& [layer, threshold] : thresholds)
        json[std::to_string(layer)] = threshold;
    return json;
}

Json layer_json(const MeasuredLayer& layer) {
    Json candidates = Json::array();
    for (std::size_t i = 0; i < layer.of.candidates.size(); ++i) {
        const Candidate& candidate = layer.of.candidates[i];
        Json json = {{"threshold", candidate.threshold},
                     {"gain", candidate.gain},
                     {"pairs", candidate.summary.pairs},
                     {"merged_heads", candidate.summary.merged_heads},
                     {"removable_heads", candidate.summary.removable_heads}};
        json.update(to_json(layer.changes[i]));
        candidates.push_back(std::move(json));
    }
    return candidates;
}

Json search_json(const Findings& findings, const FindParams& params) {
    Json layers = Json::object();
    for (const MeasuredLayer& layer : findings.layers)
        layers[std::to_string(layer.of.layer)] = layer_json(layer);
    Json steps = Json::array();
    for (const SearchStep& step : findings.steps)
        steps.push_back(to_json(step));
    Json checks = Json::array();
    for (const SearchCheck& check : findings.checks)
        checks.push_back(to_json(check));
    return {{"settings", asked_for(params)},
            {"candidates", std::move(layers)},
            {"steps", std::move(steps)},
            {"checks", std::move(checks)},
            {"layer_passes", findings.layer_passes},
            {"separate_layer_passes", findings.separate_layer_passes}};
}

}  // namespace

Json to_json(const SearchStep& step) {
    Json json = {{"outcome", name_of(step.outcome)},
                 {"layer", step.layer},
                 {"threshold", step.threshold},
                 {"gain", step.gain},
                 {"checks_before", step.checks}};
    json.update(to_json(step.change));
    return json;
}

Json to_json(const SearchCheck& check) {
    return {{"held", check.held},
            {"layer_thresholds", thresholds_json(check.thresholds)},
            {"gain", check.gain},
            {"probe_windows", to_json(check.probed)},
            {"all_windows", to_json(check.change)}};
}

void write_search(const std::filesystem::path& file, const Result& result, const Findings& findings,
                  const FindParams& params) {
    Json json = to_json(result);
    json["search"] = search_json(findings, params);
    write_file_atomically(file, dump_readable(json));
}

std::string search_id(const RunSettings& settings, const FindParams& params) {
    constexpr std::size_t kDigits = 16;
    const Json all = {{"settings", to_json(settings)}, {"search", asked_for(params)}};
    return sha256_hex(dump_line(all)).substr(0, kDigits);
}

std::string describe_search_difference(const std::filesystem::path& file, const Result& found,
                                       const RunSettings& settings, const FindParams& params) {
    const nlohmann::json json = read_json_file(file);
    const bool is_search = json.contains("search") && json.at("search").is_object() &&
                           json.at("search").contains("settings") && found.manifest;
    if (!is_search)
        fail(ErrorCode::bad_input, "{}: not the file of a search; choose another --output_dir",
             file.string());
    std::string text = describe_difference(found.manifest->settings, settings);
    const nlohmann::json& had = json.at("search").at("settings");
    const Json asked = asked_for(params);
    for (const auto& [key, wanted] : asked.items()) {
        const nlohmann::json value = had.is_object() ? had.value(key, nlohmann::json()) : had;
        if (value == nlohmann::json(wanted)) continue;
        text += fmt::format("{}{} {}, not {}", text.empty() ? "" : "; ", key, value.dump(),
                            wanted.dump());
    }
    return text;
}

ChosenThresholds read_layer_thresholds(const std::string& file_or_list) {
    std::error_code error;
    const bool is_file =
        file_or_list.ends_with(".json") || std::filesystem::exists(file_or_list, error);
    if (!is_file) return {parse_layer_thresholds(file_or_list), std::nullopt};
    const Result result = read_result(file_or_list);
    ChosenThresholds chosen;
    if (result.manifest) chosen.settings = result.manifest->settings;
    if (result.plan.layer_thresholds) {
        chosen.thresholds = *result.plan.layer_thresholds;
    } else {
        for (const LayerPlan& layer : result.plan.layers)
            chosen.thresholds.emplace(layer.layer, result.threshold);
    }
    return chosen;
}

}  // namespace headscope
