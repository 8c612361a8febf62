#include "core/report/speed_text.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace headscope {

nlohmann::ordered_json to_json(const PrefillSpeed& speed) {
    return {{"test", test_name(speed)},
            {"mean", speed.mean()},
            {"deviation", speed.deviation()},
            {"values", speed.values}};
}

std::string speed_text(const PrefillSpeed& speed) {
    return fmt::format("{:.1f} ± {:.1f}", speed.mean(), speed.deviation());
}

std::string test_name(const PrefillSpeed& speed) {
    return fmt::format("pp{}", speed.prompt);
}

}  // namespace headscope
