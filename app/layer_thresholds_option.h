#pragma once

#include <optional>

#include "app/options.h"
#include "core/merging/layer_thresholds.h"

namespace headscope::app {

/// The thresholds of --layer_thresholds; none where it was not given. Those from a file mean
/// something only with the measure and the rule (grouping, KV policy, and how heads are averaged)
/// that they were found with, so these are taken into `options` where the user gave no others, and
/// what the user gave otherwise is an Error(bad_input). The layers become those that have a
/// threshold.
std::optional<LayerThresholds> take_layer_thresholds(Options& options);

}  // namespace headscope::app
