#include "app/layer_thresholds_option.h"

#include <string>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/base/error.h"
#include "core/search/search_file.h"

namespace headscope::app {
namespace {

void take(Options& options, const std::string& name, std::string& value, const std::string& found) {
    if (options.was_given(name) && value != found) {
        fail(
            ErrorCode::bad_input,
            "{}: these thresholds were found with {} {}, not {}; leave the option out, or give the "
            "thresholds as a list",
            options.layer_thresholds, name, found, value);
    }
    value = found;
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
    }
    std::vector<int> layers;
    for (const auto& [layer, threshold] : chosen.thresholds)
        layers.push_back(layer);
    options.layers = fmt::format("{}", fmt::join(layers, ","));
    return std::move(chosen.thresholds);
}

}  // namespace headscope::app
