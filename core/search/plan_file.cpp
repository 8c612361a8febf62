#include "core/search/plan_file.h"

#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/report/json_values.h"

namespace headscope {
namespace {

constexpr int kVersion = 1;
constexpr const char* kVersionKey = "headscope_plan";

std::string text_of(const nlohmann::json& json, const char* key, const std::string& source) {
    std::string text;
    if (json.contains(key) && !read_value(json.at(key), text))
        fail(ErrorCode::bad_input, "{}: the plan's \"{}\" is no text", source, key);
    return text;
}

double rate_of(const nlohmann::json& json, const std::string& source) {
    double rate = 0.0;
    if (!read_value(json, rate))
        fail(ErrorCode::bad_input, "{}: the plan's \"distill_rate\" is no number", source);
    return parse_distill_rate(json.dump());
}

int steps_of(const nlohmann::json& json, const std::string& source) {
    std::int64_t steps = 0;
    if (!read_value(json, steps))
        fail(ErrorCode::bad_input, "{}: the plan's \"distill\" is no whole number", source);
    return parse_distill_steps(std::to_string(steps));
}

}  // namespace

nlohmann::ordered_json to_json(const NamedPlan& plan) {
    Removal removal;
    removal.heads = plan.removed;
    nlohmann::ordered_json json{{kVersionKey, kVersion},
                                {"model_fingerprint", plan.model_fingerprint},
                                {"merge", groups_text(plan.groups)},
                                {"remove", removal_text(removal)},
                                {"kv_policy", name_of(plan.kv_policy)},
                                {"representative", name_of(plan.representative)},
                                {"refit", name_of(plan.refit.refit)},
                                {"refit_target", name_of(plan.refit.target)},
                                {"refit_layers", name_of(plan.refit.layers)}};
    if (plan.refit.distill > 0) {
        json["distill"] = plan.refit.distill;
        json["distill_rate"] = plan.refit.distill_rate;
    }
    return json;
}

MergeRule rule_of(const NamedPlan& plan) {
    MergeRule rule;
    rule.kv_policy = plan.kv_policy;
    rule.representative = plan.representative;
    rule.groups = plan.groups;
    rule.removal.heads = plan.removed;
    rule.refit = plan.refit;
    return rule;
}

NamedPlan read_plan(const std::filesystem::path& file) {
    const nlohmann::json json = read_json_file(file);
    const std::string source = file.string();
    int version = 0;
    if (!json.is_object() || !json.contains(kVersionKey) ||
        !read_value(json.at(kVersionKey), version)) {
        fail(ErrorCode::bad_input, "{}: not a plan; \"{}\" is missing", source, kVersionKey);
    }
    if (version > kVersion) {
        fail(ErrorCode::unsupported,
             "{}: written by a newer Headscope (plan {}, this one reads {})", source, version,
             kVersion);
    }
    NamedPlan plan;
    try {
        plan.model_fingerprint = text_of(json, "model_fingerprint", source);
        plan.groups = parse_groups(text_of(json, "merge", source));
        plan.removed = parse_removal(text_of(json, "remove", source)).heads;
        plan.kv_policy = parse_kv_policy(text_of(json, "kv_policy", source));
        plan.representative = parse_representative(text_of(json, "representative", source));
        plan.refit = {parse_refit(text_of(json, "refit", source)),
                      parse_refit_target(text_of(json, "refit_target", source))};
        // Plans of the first version lack it.
        if (json.contains("refit_layers"))
            plan.refit.layers = parse_refit_layers(text_of(json, "refit_layers", source));
        if (json.contains("distill")) plan.refit.distill = steps_of(json.at("distill"), source);
        if (json.contains("distill_rate"))
            plan.refit.distill_rate = rate_of(json.at("distill_rate"), source);
    } catch (const Error& error) {
        fail(ErrorCode::bad_input, "{}: {}", source, error.what());
    }
    return plan;
}

}  // namespace headscope
