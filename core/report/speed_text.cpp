#include "core/report/speed_text.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace headscope {

std::vector<SpeedTest> tests_of(const ModelSpeed& speed) {
    std::vector<SpeedTest> tests;
    const auto add = [&](const char* key, const char* kind, const Speed& of) {
        if (!of.values.empty()) tests.push_back({key, fmt::format("{}{}", kind, of.tokens), of});
    };
    add("prefill", "pp", speed.prefill);
    add("generation", "tg", speed.generation);
    return tests;
}

nlohmann::ordered_json to_json(const SpeedTest& test) {
    return {{"test", test.name},
            {"mean", test.speed.mean()},
            {"deviation", test.speed.deviation()},
            {"values", test.speed.values}};
}

void add_speed(nlohmann::ordered_json& json, const ModelSpeed& speed) {
    for (const SpeedTest& test : tests_of(speed))
        json[test.key] = to_json(test);
}

std::string speed_text(const Speed& speed) {
    return fmt::format("{:.1f} ± {:.1f}", speed.mean(), speed.deviation());
}

}  // namespace headscope
