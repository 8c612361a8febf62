#pragma once

#include <filesystem>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "core/report/results.h"
#include "core/search/find_thresholds.h"

namespace headscope {

/// The keys that a step and a check have in files and events.
nlohmann::ordered_json to_json(const SearchStep& step);
nlohmann::ordered_json to_json(const SearchCheck& check);

/// Writes a results file of the plan with one more key, "search": the budget and what else was
/// asked for, the candidates of each layer with what they cost alone, the steps, the checks on all
/// windows. Whole or not at all.
void write_search(const std::filesystem::path& file, const Result& result, const Findings& findings,
                  const FindParams& params);

/// 16 digits that tell searches of different settings apart, for names of folders.
std::string search_id(const RunSettings& settings, const FindParams& params);

/// What was asked for otherwise in a file that write_search wrote, in words; empty where nothing
/// was. Throws Error(bad_input) where the file is no search's.
std::string describe_search_difference(const std::filesystem::path& file, const Result& found,
                                       const RunSettings& settings, const FindParams& params);

/// Thresholds of a plan that somebody wants again, and the settings that give them their meaning.
struct ChosenThresholds {
    LayerThresholds thresholds;
    std::optional<RunSettings> settings;  ///< of the file that they are from
};

/// The value of an option: a results file (search.json or any other; one with a single threshold
/// has it for all its layers), or a list as parse_layer_thresholds reads it. Throws
/// Error(bad_input) that names the file or quotes the part at fault.
ChosenThresholds read_layer_thresholds(const std::string& file_or_list);

}  // namespace headscope
