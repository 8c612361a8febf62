#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/progress.h"
#include "core/evaluation/prepare.h"
#include "core/measures/calibration.h"
#include "core/merging/layer_calibration.h"
#include "core/merging/merge_plan.h"
#include "core/merging/ranked_pairs.h"
#include "core/model/model.h"
#include "core/report/manifest.h"

namespace headscope {

/// What searches of all kinds begin with.
struct WorkParams {
    std::filesystem::path model_path;
    OpenOptions opening;
    std::vector<int> layers;  ///< empty: all
    MergeRule rule;           ///< its threshold is not used
    TextOptions text;
    CalibrationOptions calibration;  ///< for measures of behaviour and rules that need it
    /// What calibrate_merge() told of that text, of all layers, where it is there already.
    std::vector<LayerCalibration> merge_calibration;
    ComputeOptions compute;
    std::filesystem::path cache_dir;  ///< for token ids; empty: no cache
    std::string program_version;
};

/// A checkpoint with its text and its settings, and then its model.
class Preparation {
  public:
    /// Opens the checkpoint, prepares the text and decides where to compute. `measures` are named
    /// in the settings; similarity() is also asked for those of `beside`. Throws what these steps
    /// throw. `params` must outlive this.
    Preparation(const WorkParams& params, const std::vector<Measure>& measures,
                const std::stop_token& stop, const std::vector<Measure>& beside = {});

    [[nodiscard]] const Checkpoint& checkpoint() const { return checkpoint_; }
    [[nodiscard]] const std::vector<int>& layers() const { return layers_; }  ///< ascending
    [[nodiscard]] const PreparedText& text() const { return text_; }
    /// The calibration text; without sequences where the settings need none.
    [[nodiscard]] const CalibrationText& calibration() const { return calibration_; }
    [[nodiscard]] const RunSettings& settings() const { return settings_; }

    /// The similarities of the chosen layers.
    [[nodiscard]] std::vector<SimilarityMatrix> similarity(Measure measure,
                                                           const ProgressFn& progress,
                                                           const std::stop_token& stop);

    /// What plans of the chosen layers need under the rule; see calibrate_merge().
    [[nodiscard]] std::vector<LayerCalibration> merge_calibration(const ProgressFn& progress,
                                                                  const std::stop_token& stop);

    /// The pairs of each layer that the rule's KV policy allows.
    [[nodiscard]] std::vector<RankedPairs> allowed_pairs(
        const std::vector<SimilarityMatrix>& matrices) const;

    /// Loads the model when it is asked for first.
    const Model& model(const ProgressFn& progress, const std::stop_token& stop);

    /// The manifest of what started at `started` and took so long.
    [[nodiscard]] Manifest manifest(const std::string& started, double seconds,
                                    int evaluated_together) const;

  private:
    const WorkParams& params_;
    Checkpoint checkpoint_;
    std::vector<int> layers_;
    PreparedText text_;
    CalibrationText calibration_;
    RunSettings settings_;
    std::optional<Model> model_;
};

/// Makes a folder for results. Throws Error(bad_input) that names it where it cannot be one.
void make_output_folder(const std::filesystem::path& folder);

}  // namespace headscope
