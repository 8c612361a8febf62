#pragma once

#include <memory>
#include <stop_token>
#include <vector>

#include "core/base/progress.h"
#include "core/evaluation/windows.h"
#include "core/measures/compare_heads.h"
#include "core/merging/merge_plan.h"

namespace headscope {

/// The figures of a calibration text that plans of `layers` (empty: all) need under `rule`: one
/// entry a layer; none where the rule needs none, and then neither the windows nor the model are
/// asked for. Errors, progress and cancelling are those of observe_heads, and what `model` throws.
std::vector<LayerCalibration> calibrate_merge(const MergeRule& rule, const std::vector<int>& layers,
                                              const std::shared_ptr<const Windows>& windows,
                                              const ModelFn& model, const ProgressFn& progress = {},
                                              const std::stop_token& stop = {});

}  // namespace headscope
