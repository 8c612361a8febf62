#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "core/evaluation/speed.h"

namespace headscope {

/// {"test": "pp512", "mean", "deviation", "values"}: tokens a second.
nlohmann::ordered_json to_json(const PrefillSpeed& speed);

/// "1234.5 ± 6.7": tokens a second with the standard deviation of the repetitions.
std::string speed_text(const PrefillSpeed& speed);

/// "pp512", as llama-bench calls it.
std::string test_name(const PrefillSpeed& speed);

}  // namespace headscope
