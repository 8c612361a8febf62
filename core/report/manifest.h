#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "core/measures/calibration_record.h"
#include "core/merging/merge_plan.h"

namespace headscope {

/// A task whose items were scored, wherever its file lay.
struct TaskRecord {
    std::string name;
    std::int64_t items = 0;
    std::string sha256;  ///< of the items

    bool operator==(const TaskRecord&) const = default;
};

/// Everything that decides the numbers of a run, so that nobody has to guess which figures compare.
struct RunSettings {
    std::string model_fingerprint;
    std::string measure;
    std::optional<CalibrationRecord> calibration;  ///< where a measure or the rule has one
    MergeRule rule;  ///< its threshold, which is no setting, is that of MergeRule()
    std::vector<int> layers;
    std::string protocol;
    std::int64_t window = 0;   ///< tokens
    std::int64_t windows = 0;  ///< evaluated
    std::string bos_rule;
    std::string bos_decided_by;  ///< files from before it was written do not say it
    std::string corpus_name;
    std::string corpus_sha256;
    std::string tokenizer_fingerprint;
    std::int64_t token_count = 0;
    std::string token_ids_sha256;
    std::string dtype;
    std::string device;
    std::vector<TaskRecord> tasks;  ///< no part of what makes perplexities compare

    bool operator==(const RunSettings&) const = default;
};

/// The settings with the circumstances of one run.
struct Manifest {
    static constexpr int kFormatVersion = 1;

    int format_version = kFormatVersion;
    std::string program_version;
    std::string model_path;
    RunSettings settings;
    std::uint64_t window_order_seed = 0;
    std::string started;            ///< ISO 8601, UTC
    double duration_seconds = 0.0;  ///< of the evaluation, shared by all runs evaluated together
    int evaluated_together = 1;     ///< variants, the original included
};

nlohmann::ordered_json to_json(const CalibrationRecord& record);
nlohmann::ordered_json to_json(const RunSettings& settings);
/// The options of a rule by their names; see merge_fields().
nlohmann::ordered_json to_json(const MergeRule& rule);
nlohmann::ordered_json to_json(const Manifest& manifest);

/// Throws Error(bad_input) for a missing or mistyped field; `source` names the file.
RunSettings settings_from_json(const nlohmann::json& json, const std::string& source);
Manifest manifest_from_json(const nlohmann::json& json, const std::string& source);

/// What a setting decides.
enum class SettingRole {
    evaluation,    ///< the original's metrics: runs compare where all of these are equal
    merging,       ///< how heads were compared and merged: with these, too, runs are of one curve
    circumstance,  ///< how the settings came about and where it was computed: rounding at most
};

/// One setting of a run under its key in the manifest.
struct Setting {
    std::string key;
    std::string text;

    bool operator==(const Setting&) const = default;
};

/// The settings of one role, always in the same order: the only rule for which runs compare.
std::vector<Setting> settings_of(const RunSettings& settings, SettingRole role);

/// What differs between two settings, in words ("window 512, not 256"); empty where nothing does.
std::string describe_difference(const RunSettings& found, const RunSettings& wanted);

/// The present time as ISO 8601 in UTC.
std::string utc_now();

}  // namespace headscope
