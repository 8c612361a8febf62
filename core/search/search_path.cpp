#include "core/search/search_path.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/report/json_values.h"

namespace headscope {
namespace {

using Json = nlohmann::json;

/// Reads what search_file.cpp writes; all errors name the file.
class PathReader {
  public:
    explicit PathReader(std::string source) : source_(std::move(source)) {}

    [[nodiscard]] const Json& member(const Json& object, const char* key) const {
        if (!object.is_object() || !object.contains(key)) wrong(key);
        return object.at(key);
    }

    [[nodiscard]] const Json& list(const Json& object, const char* key) const {
        const Json& value = member(object, key);
        if (!value.is_array()) wrong(key);
        return value;
    }

    [[nodiscard]] SearchStep step(const Json& json) const {
        return {outcome(json),
                get<int>(json, "layer"),
                get<double>(json, "threshold"),
                get<std::int64_t>(json, "gain"),
                change(json),
                get<int>(json, "checks_before")};
    }

    [[nodiscard]] SearchCheck check(const Json& json) const {
        return {thresholds(member(json, "layer_thresholds")), get<std::int64_t>(json, "gain"),
                change(member(json, "probe_windows")), change(member(json, "all_windows")),
                get<bool>(json, "held")};
    }

  private:
    [[noreturn]] void wrong(const char* key) const {
        fail(ErrorCode::bad_input, "{}: the search's \"{}\" is missing or of the wrong type",
             source_, key);
    }

    template <typename Value>
    [[nodiscard]] Value get(const Json& object, const char* key) const {
        Value value{};
        if (!read_value(member(object, key), value)) wrong(key);
        return value;
    }

    [[nodiscard]] StepOutcome outcome(const Json& json) const {
        const auto name = get<std::string>(json, "outcome");
        for (const auto known :
             {StepOutcome::taken, StepOutcome::refused, StepOutcome::taken_back}) {
            if (name == name_of(known)) return known;
        }
        wrong("outcome");
    }

    /// A bound that is null is infinite.
    [[nodiscard]] Estimate estimate(const Json& json) const {
        constexpr double kInfinity = std::numeric_limits<double>::infinity();
        const auto bound = [&](const char* key, double infinite) {
            return member(json, key).is_null() ? infinite : get<double>(json, key);
        };
        return {get<double>(json, "value"), bound("low", -kInfinity), bound("high", kInfinity)};
    }

    [[nodiscard]] Change change(const Json& json) const {
        return {estimate(member(json, "perplexity_ratio")),
                estimate(member(json, "accuracy_difference"))};
    }

    [[nodiscard]] LayerThresholds thresholds(const Json& json) const {
        if (!json.is_object()) wrong("layer_thresholds");
        LayerThresholds all;
        for (const auto& [key, value] : json.items()) {
            constexpr std::size_t kMostDigits = 6;
            const bool number = !key.empty() && key.size() <= kMostDigits &&
                                key.find_first_not_of("0123456789") == std::string::npos;
            if (!number) wrong("layer_thresholds");
            all[std::stoi(key)] = get<double>(json, key.c_str());
        }
        return all;
    }

    std::string source_;
};

}  // namespace

SearchPath search_path(const std::vector<SearchStep>& steps,
                       const std::vector<SearchCheck>& checks) {
    SearchPath path;
    std::size_t next = 0;
    const auto add_checks = [&](std::size_t until) {
        for (; next < std::min(until, checks.size()); ++next)
            path.emplace_back(checks[next]);
    };
    for (const SearchStep& step : steps) {
        add_checks(static_cast<std::size_t>(std::max(step.checks, 0)));
        path.emplace_back(step);
    }
    add_checks(checks.size());
    return path;
}

SearchPath read_search_path(const std::filesystem::path& file) {
    const Json json = read_json_file(file);
    const PathReader reader(file.string());
    const Json& search = reader.member(json, "search");
    std::vector<SearchStep> steps;
    for (const Json& step : reader.list(search, "steps"))
        steps.push_back(reader.step(step));
    std::vector<SearchCheck> checks;
    for (const Json& check : reader.list(search, "checks"))
        checks.push_back(reader.check(check));
    return search_path(steps, checks);
}

}  // namespace headscope
