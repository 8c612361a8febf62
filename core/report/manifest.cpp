#include "core/report/manifest.h"

#include <chrono>

#include <fmt/chrono.h>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/report/json_values.h"

namespace headscope {
namespace {

/// Calls `visit(key, member, may_lack)` for every setting, so that writing and reading cannot drift
/// apart. Older files may lack some, which have their defaults there.
template <typename Settings, typename Visit>
void for_each_setting(Settings& settings, Visit visit) {
    constexpr bool kMayLack = true;
    visit("model_fingerprint", settings.model_fingerprint);
    visit("measure", settings.measure);
    visit("grouping", settings.grouping);
    visit("kv_policy", settings.kv_policy);
    visit("align", settings.align, kMayLack);
    visit("weights", settings.weights, kMayLack);
    visit("rescale", settings.rescale, kMayLack);
    visit("representative", settings.representative, kMayLack);
    visit("merge", settings.merged, kMayLack);
    visit("remove", settings.removed, kMayLack);
    visit("remove_by", settings.remove_by, kMayLack);
    visit("refit", settings.refit, kMayLack);
    visit("refit_target", settings.refit_target, kMayLack);
    visit("layers", settings.layers);
    visit("protocol", settings.protocol);
    visit("window", settings.window);
    visit("windows", settings.windows);
    visit("bos_rule", settings.bos_rule);
    visit("bos_decided_by", settings.bos_decided_by, kMayLack);
    visit("corpus", settings.corpus_name);
    visit("corpus_sha256", settings.corpus_sha256);
    visit("tokenizer_fingerprint", settings.tokenizer_fingerprint);
    visit("tokens", settings.token_count);
    visit("token_ids_sha256", settings.token_ids_sha256);
    visit("dtype", settings.dtype);
    visit("device", settings.device);
}

template <typename Record, typename Visit>
void for_each_field(Record& calibration, Visit visit) {
    visit("corpus", calibration.corpus_name);
    visit("corpus_sha256", calibration.corpus_sha256);
    visit("windows", calibration.windows);
    visit("window", calibration.window);
}

template <typename Value>
void read(const nlohmann::json& json, const char* key, Value& value, const std::string& source) {
    if (!json.is_object() || !json.contains(key) || !read_value(json.at(key), value)) {
        fail(ErrorCode::bad_input, "{}: the manifest's \"{}\" is missing or of the wrong type",
             source, key);
    }
}

}  // namespace

nlohmann::ordered_json to_json(const CalibrationRecord& record) {
    nlohmann::ordered_json json;
    for_each_field(record, [&](const char* key, const auto& value) { json[key] = value; });
    return json;
}

nlohmann::ordered_json to_json(const RunSettings& settings) {
    nlohmann::ordered_json json;
    for_each_setting(settings,
                     [&](const char* key, const auto& value, bool = false) { json[key] = value; });
    if (settings.calibration) json["calibration"] = to_json(*settings.calibration);
    // What most runs do without is not said where it is not done: files and folders of before keep
    // their names.
    const RunSettings plain;
    if (settings.representative == plain.representative) json.erase("representative");
    if (settings.merged == plain.merged) json.erase("merge");
    if (settings.removed == plain.removed) json.erase("remove");
    if (settings.removed == plain.removed || settings.remove_by == plain.remove_by)
        json.erase("remove_by");
    if (settings.refit == plain.refit) {
        json.erase("refit");
        json.erase("refit_target");
    }
    return json;
}

nlohmann::ordered_json to_json(const Manifest& manifest) {
    nlohmann::ordered_json json;
    json["format_version"] = manifest.format_version;
    json["program"] = "headscope";
    json["program_version"] = manifest.program_version;
    json["model_path"] = manifest.model_path;
    json.update(to_json(manifest.settings));
    json["seeds"] = {{"window_order", manifest.window_order_seed}};
    json["started"] = manifest.started;
    json["duration_seconds"] = manifest.duration_seconds;
    json["evaluated_together"] = manifest.evaluated_together;
    return json;
}

RunSettings settings_from_json(const nlohmann::json& json, const std::string& source) {
    RunSettings settings;
    for_each_setting(settings, [&](const char* key, auto& value, bool may_lack = false) {
        if (may_lack && json.is_object() && !json.contains(key)) return;
        read(json, key, value, source);
    });
    if (json.contains("calibration")) {
        for_each_field(settings.calibration.emplace(), [&](const char* key, auto& value) {
            read(json["calibration"], key, value, source);
        });
    }
    return settings;
}

Manifest manifest_from_json(const nlohmann::json& json, const std::string& source) {
    Manifest manifest;
    read(json, "format_version", manifest.format_version, source);
    if (manifest.format_version > Manifest::kFormatVersion) {
        fail(ErrorCode::unsupported,
             "{}: written by a newer Headscope (format {}, this one reads {})", source,
             manifest.format_version, Manifest::kFormatVersion);
    }
    read(json, "program_version", manifest.program_version, source);
    read(json, "model_path", manifest.model_path, source);
    manifest.settings = settings_from_json(json, source);
    read(json, "started", manifest.started, source);
    read(json, "duration_seconds", manifest.duration_seconds, source);
    read(json, "evaluated_together", manifest.evaluated_together, source);
    if (!json.contains("seeds"))
        fail(ErrorCode::bad_input, "{}: the manifest has no seeds", source);
    read(json["seeds"], "window_order", manifest.window_order_seed, source);
    return manifest;
}

std::string describe_difference(const RunSettings& found, const RunSettings& wanted) {
    const nlohmann::ordered_json old_values = to_json(found);
    nlohmann::ordered_json new_values = to_json(wanted);
    for (const auto& [key, value] : old_values.items()) {
        if (!new_values.contains(key)) new_values[key] = nullptr;  // settings that not all have
    }
    std::string text;
    for (const auto& [key, value] : new_values.items()) {
        const auto old_value = old_values.value(key, nlohmann::ordered_json());
        if (old_value == value) continue;
        if (!text.empty()) text += "; ";
        text += fmt::format("{} {}, not {}", key, old_value.dump(), value.dump());
    }
    return text;
}

std::string utc_now() {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                       fmt::gmtime(std::chrono::system_clock::to_time_t(now)));
}

}  // namespace headscope
