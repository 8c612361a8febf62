#pragma once

#include <span>
#include <stop_token>
#include <vector>

#include "core/base/progress.h"
#include "core/checkpoint/checkpoint.h"
#include "core/similarity/measure.h"

namespace headscope {

/// How alike the heads of one layer are.
struct SimilarityMatrix {
    int layer = 0;
    int heads = 0;
    std::vector<double> values;  ///< [heads, heads], row-major, in [-1, 1]; symmetric, diagonal 1

    [[nodiscard]] double at(int i, int j) const;

    /// The similarity of the two most alike heads; -1 where there are fewer than two.
    [[nodiscard]] double highest_off_diagonal() const;
};

struct SimilarityParams {
    Measure measure = Measure::q;
    std::vector<int> layers;  ///< in the order of the result; empty for all
    int workers = 0;          ///< threads; 0 for all cores
};

/// The layers that a user chose, in their order; all of the model where `requested` is empty.
/// Throws Error(bad_input) for a layer that the model does not have.
std::vector<int> choose_layers(const ModelConfig& config, const std::vector<int>& requested);

/// Compares all heads of the chosen layers by a measure of their weights, one matrix a layer, on
/// the CPU. Weights are read where they lie in the mapped files, so the memory used does not grow
/// with the number of layers; the result does not depend on the number of workers, and two heads
/// with equal weights have a similarity of exactly 1. A head of zeros has 0 with every other.
/// core/measures/compare_heads.h compares by any measure and on any device.
///
/// `progress` counts layers and is called from the workers, one call at a time. A stop is noticed
/// within a few milliseconds of work and becomes Error(cancelled).
/// Throws Error(bad_input) for a layer that the model does not have, for a measure of behaviour,
/// and for a weight that is NaN or infinite, naming its tensor and place.
std::vector<SimilarityMatrix> compute_similarity(const Checkpoint& checkpoint,
                                                 const SimilarityParams& params,
                                                 const ProgressFn& progress,
                                                 const std::stop_token& stop);

}  // namespace headscope
