#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "core/base/progress.h"
#include "core/checkpoint/checkpoint.h"
#include "core/measures/calibration.h"
#include "core/measures/compare_heads.h"
#include "core/merging/layer_calibration.h"
#include "ui/session/choices.h"

namespace headscope::ui {

/// How the figures of a calibration text are made.
struct Calibrating {
    CalibrationOptions text;
    ComputeOptions compute;  ///< where and in what the model runs
    /// Whether they hold the moments of the attended values, which take memory: (heads *
    /// head_dim)^2 numbers a layer. How much each head writes is always there.
    bool moments = false;

    bool operator==(const Calibrating&) const = default;
};

/// What a calibration text tells plans of an opened model, made once and kept with it. It never
/// changes.
struct MergeFigures {
    Calibrating calibrating;
    CalibrationRecord record;
    std::vector<LayerCalibration> layers;  ///< of all layers
};

/// What plans under these choices need; nothing where they need no calibration text.
[[nodiscard]] std::optional<Calibrating> calibrating_of(const Choices& choices,
                                                        const ComputeOptions& compute);

/// Whether `figures`, which may be null, hold all that plans under these choices need, wherever
/// they were computed.
[[nodiscard]] bool serve(const MergeFigures* figures, const Choices& choices);

/// The choices with plain means in place of those that need a calibration text.
[[nodiscard]] Choices without_calibration(Choices choices);

/// Reads the calibration text with the model. `corpus` is what results are judged on. Throws what
/// prepare_calibration and calibrate_merge throw.
std::shared_ptr<const MergeFigures> read_calibration(const Checkpoint& checkpoint,
                                                     const Calibrating& calibrating,
                                                     const std::filesystem::path& corpus,
                                                     const ModelFn& model,
                                                     const ProgressFn& progress,
                                                     const std::stop_token& stop);

}  // namespace headscope::ui
