#pragma once

#include <vector>

#include "core/checkpoint/checkpoint.h"
#include "core/merging/merge_plan.h"

namespace headscope {

/// The figures of a calibration text that plans of `layers` need under `rule`: one entry a layer;
/// none where the rule needs none. Throws Error(unsupported) that names the option where they
/// cannot be had.
std::vector<LayerCalibration> calibrate_for(const MergeRule& rule, const Checkpoint& checkpoint,
                                            const std::vector<int>& layers);

}  // namespace headscope
