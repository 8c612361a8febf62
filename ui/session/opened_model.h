#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "core/base/progress.h"
#include "core/checkpoint/checkpoint.h"
#include "core/measures/calibration.h"
#include "core/measures/compare_heads.h"
#include "core/merging/ranked_pairs.h"
#include "core/similarity/similarity.h"
#include "ui/session/merge_figures.h"

namespace headscope::ui {

/// How the heads of an opened model were compared.
struct Measuring {
    Measure measure = Measure::q;
    CalibrationOptions
        calibration;         ///< of measures of behaviour, like `compute`; else the defaults
    ComputeOptions compute;  ///< where and in what the model ran

    bool operator==(const Measuring&) const = default;
};

/// A checkpoint that is open in the window, with what was computed from it once. It never changes.
struct OpenedModel {
    Checkpoint checkpoint;
    Measure measure = Measure::q;
    std::vector<SimilarityMatrix> matrices;             ///< of all layers, in order
    std::vector<RankedPairs> ranked;                    ///< the same pairs, sorted: [layers]
    Measuring measuring = {};                           ///< `measure` and what belongs to it
    std::optional<CalibrationRecord> calibration = {};  ///< of measures of behaviour
    /// For plans that need them; null while none were asked for.
    std::shared_ptr<const MergeFigures> figures = {};

    [[nodiscard]] const ModelConfig& config() const { return checkpoint.config(); }
    [[nodiscard]] int layers() const { return static_cast<int>(matrices.size()); }

    /// The figures of one layer; null where there are none.
    [[nodiscard]] const LayerCalibration* merge_calibration(int layer) const;

    /// The lowest and the highest similarity of two different heads of a layer, over all layers;
    /// nothing where no layer has two. O(layers).
    [[nodiscard]] std::optional<std::pair<double, double>> similarity_range() const;

    /// The name of the folder, or of a GGUF file, for titles.
    [[nodiscard]] std::string name() const;
};

/// Opens a checkpoint and compares the heads of all its layers. Throws what Checkpoint::open and
/// compute_similarity throw.
std::shared_ptr<const OpenedModel> open_model(const std::filesystem::path& path, Measure measure,
                                              const ProgressFn& progress,
                                              const std::stop_token& stop,
                                              const OpenOptions& options = {});

/// The same checkpoint, its heads compared by another measure; weight measures compute as `compute`
/// says. `corpus` is what results are judged on; `model` and what is thrown: see compare_heads and
/// prepare_calibration.
std::shared_ptr<const OpenedModel> measure_anew(const OpenedModel& opened,
                                                const Measuring& measuring,
                                                const ComputeOptions& compute,
                                                const std::filesystem::path& corpus,
                                                const ModelFn& model, const ProgressFn& progress,
                                                const std::stop_token& stop);

/// The same model with these figures; the model itself where it has them.
std::shared_ptr<const OpenedModel> with_figures(const std::shared_ptr<const OpenedModel>& opened,
                                                const std::shared_ptr<const MergeFigures>& figures);

/// Whether both are the same opened checkpoint, whatever their measures.
[[nodiscard]] bool same_checkpoint(const OpenedModel* a, const OpenedModel* b);

}  // namespace headscope::ui
