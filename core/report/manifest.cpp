#include "core/report/manifest.h"

#include <chrono>
#include <concepts>

#include <fmt/chrono.h>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/merging/merge_fields.h"
#include "core/report/json_values.h"
#include "core/similarity/layer_list.h"

namespace headscope {
namespace {

/// Calls `visit(key, member, role, may_lack)` for every setting: the list from which files,
/// comparability and summaries are made.
template <typename Settings, typename Visit>
void for_each_setting(Settings& settings, Visit visit) {
    using enum SettingRole;
    constexpr bool kMayLack = true;
    visit("model_fingerprint", settings.model_fingerprint, evaluation);
    visit("measure", settings.measure, merging);
    visit("", settings.rule, merging);  // under the names of its options
    visit("layers", settings.layers, merging);
    visit("protocol", settings.protocol, evaluation);
    visit("window", settings.window, evaluation);
    visit("windows", settings.windows, evaluation);
    visit("bos_rule", settings.bos_rule, evaluation);
    visit("bos_decided_by", settings.bos_decided_by, circumstance, kMayLack);
    visit("corpus", settings.corpus_name, evaluation);
    visit("corpus_sha256", settings.corpus_sha256, evaluation);
    visit("tokenizer_fingerprint", settings.tokenizer_fingerprint, evaluation);
    visit("tokens", settings.token_count, evaluation);
    visit("token_ids_sha256", settings.token_ids_sha256, evaluation);
    visit("dtype", settings.dtype, evaluation);
    visit("device", settings.device, circumstance);
}

std::string setting_text(const std::string& value) {
    return value;
}
std::string setting_text(std::int64_t value) {
    return fmt::format("{}", value);
}
std::string setting_text(const std::vector<int>& layers) {
    return layers_text(layers);
}

template <typename Record, typename Visit>
void for_each_field(Record& calibration, Visit visit) {
    visit("corpus", calibration.corpus_name);
    visit("corpus_sha256", calibration.corpus_sha256);
    visit("windows", calibration.windows);
    visit("window", calibration.window);
}

template <typename Record, typename Visit>
void for_each_task_field(Record& task, Visit visit) {
    visit("task", task.name);
    visit("items", task.items);
    visit("sha256", task.sha256);
}

template <typename Value>
void read(const nlohmann::json& json, const char* key, Value& value, const std::string& source) {
    if (!json.is_object() || !json.contains(key) || !read_value(json.at(key), value)) {
        fail(ErrorCode::bad_input, "{}: the manifest's \"{}\" is missing or of the wrong type",
             source, key);
    }
}

/// A file from before there was a choice does not name it.
void read_rule(const nlohmann::json& json, MergeRule& rule, const std::string& source) {
    for (const MergeField& field : merge_fields()) {
        if (field.in_file != MergeField::InFile::required && json.is_object() &&
            !json.contains(field.name))
            continue;
        std::string text;
        if (field.flag) {
            bool value = false;
            read(json, field.name.c_str(), value, source);
            text = value ? "true" : "false";
        } else if (field.number) {
            double value = 0.0;
            read(json, field.name.c_str(), value, source);
            text = json.at(field.name).dump();
        } else {
            read(json, field.name.c_str(), text, source);
        }
        try {
            field.set(rule, text);
        } catch (const Error& error) {
            fail(ErrorCode::bad_input, "{}: {}", source, error.what());
        }
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
    for_each_setting(settings, [&]<typename Value>(const char* key, const Value& value, SettingRole,
                                                   bool = false) {
        if constexpr (std::same_as<Value, MergeRule>) {
            json.update(to_json(value));
        } else {
            json[key] = value;
        }
    });
    if (settings.calibration) json["calibration"] = to_json(*settings.calibration);
    for (const TaskRecord& task : settings.tasks) {
        nlohmann::ordered_json entry;
        for_each_task_field(task, [&](const char* key, const auto& value) { entry[key] = value; });
        json["tasks"].push_back(std::move(entry));
    }
    return json;
}

nlohmann::ordered_json to_json(const MergeRule& rule) {
    nlohmann::ordered_json json;
    for (const MergeField& field : merge_fields()) {
        const std::string text = field.text(rule);
        const bool changed = text != field.default_text();
        if (field.in_file == MergeField::InFile::if_changed && !changed) continue;
        if (field.flag) {
            json[field.name] = text == "true";
        } else if (field.number) {
            json[field.name] = nlohmann::ordered_json::parse(text);
        } else {
            json[field.name] = text;
        }
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
    for_each_setting(settings, [&]<typename Value>(const char* key, Value& value, SettingRole,
                                                   bool may_lack = false) {
        if constexpr (std::same_as<Value, MergeRule>) {
            read_rule(json, value, source);
        } else if (!may_lack || !json.is_object() || json.contains(key)) {
            read(json, key, value, source);
        }
    });
    if (json.contains("calibration")) {
        for_each_field(settings.calibration.emplace(), [&](const char* key, auto& value) {
            read(json["calibration"], key, value, source);
        });
    }
    for (const nlohmann::json& entry : json.value("tasks", nlohmann::json::array())) {
        for_each_task_field(settings.tasks.emplace_back(),
                            [&](const char* key, auto& value) { read(entry, key, value, source); });
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

std::vector<Setting> settings_of(const RunSettings& settings, SettingRole role) {
    std::vector<Setting> list;
    for_each_setting(settings, [&]<typename Value>(const char* key, const Value& value,
                                                   SettingRole of_setting, bool = false) {
        if (of_setting != role) return;
        if constexpr (std::same_as<Value, MergeRule>) {
            for (const MergeField& field : merge_fields())
                list.push_back({field.name, field.text(value)});
        } else {
            list.push_back({key, setting_text(value)});
        }
    });
    if (role == SettingRole::merging && settings.calibration)
        list.push_back({"calibration", to_json(*settings.calibration).dump()});
    return list;
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
