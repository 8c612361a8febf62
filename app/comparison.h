#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "app/display.h"
#include "app/options.h"
#include "core/measures/calibration_record.h"
#include "core/measures/compare_heads.h"
#include "core/merging/layer_calibration.h"

namespace headscope::app {

/// The similarities that a command works with.
struct MeasuredHeads {
    std::vector<SimilarityMatrix> matrices;
    std::optional<CalibrationRecord> calibration;  ///< of the text, where one was read
    std::shared_ptr<const Windows> calibration_text;
    /// What plans need under the options' rule: see calibrate_merge().
    std::vector<LayerCalibration> merge_calibration;
    std::optional<Model> loaded;  ///< where it was needed
    std::string device;           ///< "cpu", "cuda:0"
    double seconds = 0.0;         ///< without loading the model and reading the text
};

/// Compares the heads as the options say, with progress on the display. `model` gives the loaded
/// model where the measure needs it.
MeasuredHeads measure_heads(const Checkpoint& checkpoint, const Options& options,
                            const ModelFn& model, Display& display, const std::stop_token& stop);

/// The same, loading the model where the measure needs it.
MeasuredHeads measure_heads(const Checkpoint& checkpoint, const Options& options, Display& display,
                            const std::stop_token& stop);

/// Refits the plans where the options ask for it, and says how well that went.
void refit_as_asked(const Model& model, const MeasuredHeads& measured,
                    std::vector<MergePlan>& plans, Display& display, const std::stop_token& stop);

/// "measure cka over 8 windows of 512 tokens of wikitext-2 calibration"
std::string measure_text(const std::string& measure,
                         const std::optional<CalibrationRecord>& calibration);

/// The record, or null.
nlohmann::ordered_json calibration_json(const std::optional<CalibrationRecord>& record);

}  // namespace headscope::app
