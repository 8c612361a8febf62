#include "app/layer_thresholds_option.h"

#include <string>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/base/error.h"
#include "core/measures/calibration.h"
#include "core/merging/merge_fields.h"
#include "core/search/plan_file.h"
#include "core/search/search_file.h"

namespace headscope::app {
namespace {

template <typename Value>
void take(Options& options, const std::string& name, Value& value, const Value& found) {
    if (options.was_given(name) && value != found) {
        fail(
            ErrorCode::bad_input,
            "{}: these thresholds were found with {} {}, not {}; leave the option out, or give the "
            "thresholds as a list",
            options.layer_thresholds, name, found, value);
    }
    value = found;
}

/// A text of the user's own cannot be found by what the settings say of it.
void take_text(Options& options, const CalibrationRecord& found) {
    take(options, "--calibration_windows", options.calibration_windows, found.windows);
    if (found.corpus_name == kShippedCalibration || options.was_given("--calibration")) return;
    fail(ErrorCode::bad_input,
         "{}: these thresholds were found with the calibration text {}; name it with --calibration",
         options.layer_thresholds, found.corpus_name);
}

/// What the plan says goes into the options where the user said nothing else.
void take_plan(Options& options) {
    const NamedPlan plan = read_plan(options.plan_file);
    const MergeRule rule = rule_of(plan);
    for (const MergeField& field : merge_fields()) {
        if (!options.was_given("--" + field.name)) field.set(options.merging, field.text(rule));
    }
    const std::string fingerprint = Checkpoint::open(options.model()).fingerprint();
    if (plan.model_fingerprint.empty() || plan.model_fingerprint == fingerprint) return;
    fail(ErrorCode::bad_input, "{}: this plan was found for another model, not {}",
         options.plan_file, options.model().string());
}

}  // namespace

std::optional<LayerThresholds> take_layer_thresholds(Options& options) {
    if (!options.plan_file.empty()) take_plan(options);
    if (options.layer_thresholds.empty()) {
        // What is named one by one needs no threshold.
        const bool named = options.thresholds.empty() && options.plans_something();
        return named ? std::optional(LayerThresholds{}) : std::nullopt;
    }
    ChosenThresholds chosen = read_layer_thresholds(options.layer_thresholds);
    if (chosen.settings) {
        take(options, "--measure", options.measure, chosen.settings->measure);
        for (const MergeField& field : merge_fields()) {
            std::string value = field.text(options.merging);
            take(options, "--" + field.name, value, field.text(chosen.settings->rule));
            field.set(options.merging, value);
        }
        if (chosen.settings->calibration) take_text(options, *chosen.settings->calibration);
    }
    std::vector<int> layers;
    for (const auto& [layer, threshold] : chosen.thresholds)
        layers.push_back(layer);
    options.layers = fmt::format("{}", fmt::join(layers, ","));
    return std::move(chosen.thresholds);
}

}  // namespace headscope::app
