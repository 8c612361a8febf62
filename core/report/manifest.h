#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "core/measures/calibration_record.h"

namespace headscope {

/// Everything that decides the numbers of a run, so that nobody has to guess which figures compare.
struct RunSettings {
    std::string model_fingerprint;
    std::string measure;
    std::optional<CalibrationRecord> calibration;  ///< where a measure or the rule has one
    std::string grouping;
    std::string kv_policy;
    std::string align = "none";           ///< files from before there was a choice do not say it
    std::string weights = "plain";        ///< the same
    bool rescale = false;                 ///< the same
    std::string representative = "mean";  ///< the same
    std::string merged;                   ///< as parse_groups reads it; empty: by threshold alone
    std::string removed;                  ///< as parse_removal reads it; empty: nothing
    std::string remove_by = "norm";
    std::string refit = "none";
    std::string refit_target = "auto";
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
nlohmann::ordered_json to_json(const Manifest& manifest);

/// Throws Error(bad_input) for a missing or mistyped field; `source` names the file.
RunSettings settings_from_json(const nlohmann::json& json, const std::string& source);
Manifest manifest_from_json(const nlohmann::json& json, const std::string& source);

/// What differs between two settings, in words ("window 512, not 256"); empty where nothing does.
std::string describe_difference(const RunSettings& found, const RunSettings& wanted);

/// The present time as ISO 8601 in UTC.
std::string utc_now();

}  // namespace headscope
