#pragma once

#include <QString>

#include "core/merging/merge_plan.h"

/// Merge plans in words.
namespace headscope::ui {

/// "per layer": in the place of a threshold, where each layer has its own.
[[nodiscard]] QString per_layer_text();

/// Thresholds of layers as `--layer_thresholds` reads them: "3:0.98, 7:0.91".
[[nodiscard]] QString layer_thresholds_list(const LayerThresholds& thresholds);

/// From the lowest to the highest: "0.91 – 0.98"; "0.98" where all are equal, empty where there are
/// none.
[[nodiscard]] QString layer_thresholds_range(const LayerThresholds& thresholds);

}  // namespace headscope::ui
