#pragma once

#include <memory>
#include <stop_token>

#include "core/base/progress.h"
#include "ui/session/opened_model.h"

namespace headscope::ui {

/// The same model, its heads compared by another measure. A measure of behaviour loads the model
/// and watches it over the calibration text that ships with Headscope. Throws what compare_heads
/// throws.
std::shared_ptr<const OpenedModel> compare_by(const OpenedModel& model, Measure measure,
                                              const ProgressFn& progress,
                                              const std::stop_token& stop);

}  // namespace headscope::ui
