#include "app/layer_thresholds_option.h"

#include <string>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/base/error.h"
#include "core/measures/calibration.h"
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

}  // namespace

std::optional<LayerThresholds> take_layer_thresholds(Options& options) {
    if (options.layer_thresholds.empty()) return std::nullopt;
    ChosenThresholds chosen = read_layer_thresholds(options.layer_thresholds);
    if (chosen.settings) {
        take(options, "--measure", options.measure, chosen.settings->measure);
        take(options, "--grouping", options.grouping, chosen.settings->grouping);
        take(options, "--kv_policy", options.kv_policy, chosen.settings->kv_policy);
        take(options, "--align", options.align, chosen.settings->align);
        take(options, "--weights", options.weights, chosen.settings->weights);
        // Given at all, the flag is on.
        if (options.was_given("--rescale") && !chosen.settings->rescale) {
            fail(ErrorCode::bad_input,
                 "{}: these thresholds were found without --rescale; leave the option out, or give "
                 "the thresholds as a list",
                 options.layer_thresholds);
        }
        options.rescale = chosen.settings->rescale;
        if (chosen.settings->calibration) take_text(options, *chosen.settings->calibration);
    }
    std::vector<int> layers;
    for (const auto& [layer, threshold] : chosen.thresholds)
        layers.push_back(layer);
    options.layers = fmt::format("{}", fmt::join(layers, ","));
    return std::move(chosen.thresholds);
}

}  // namespace headscope::app
