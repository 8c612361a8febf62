#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "core/evaluation/speed.h"

namespace headscope {

/// One test of a model, as llama-bench calls it ("pp512", "tg128"), and how people name it.
struct SpeedTest {
    std::string key;   ///< in files: "prefill", "generation"
    std::string name;  ///< "pp512"
    Speed speed;
};

/// Those that were made.
std::vector<SpeedTest> tests_of(const ModelSpeed& speed);

/// {"test": "pp512", "mean", "deviation", "values"}: tokens a second.
nlohmann::ordered_json to_json(const SpeedTest& test);

/// Adds "prefill" and "generation", where they were measured.
void add_speed(nlohmann::ordered_json& json, const ModelSpeed& speed);

/// "1234.5 ± 6.7": tokens a second with the standard deviation of the repetitions.
std::string speed_text(const Speed& speed);

}  // namespace headscope
