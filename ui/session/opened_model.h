#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/progress.h"
#include "core/checkpoint/checkpoint.h"
#include "core/merging/ranked_pairs.h"
#include "core/similarity/similarity.h"

namespace headscope::ui {

/// A checkpoint that is open in the window, with what was computed from it once. It never changes.
struct OpenedModel {
    Checkpoint checkpoint;
    Measure measure = Measure::q;
    std::vector<SimilarityMatrix> matrices;  ///< of all layers, in order
    std::vector<RankedPairs> ranked;         ///< the same pairs, sorted: [layers]

    [[nodiscard]] const ModelConfig& config() const { return checkpoint.config(); }
    [[nodiscard]] int layers() const { return static_cast<int>(matrices.size()); }

    /// The folder's name, for titles.
    [[nodiscard]] std::string name() const;
};

/// Opens a checkpoint and compares the heads of all its layers. Throws what Checkpoint::open and
/// compute_similarity throw.
std::shared_ptr<const OpenedModel> open_model(const std::filesystem::path& path, Measure measure,
                                              const ProgressFn& progress,
                                              const std::stop_token& stop);

}  // namespace headscope::ui
