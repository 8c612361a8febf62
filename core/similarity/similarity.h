#pragma once

#include <span>
#include <stop_token>
#include <string_view>
#include <vector>

#include "core/base/progress.h"
#include "core/checkpoint/checkpoint.h"

namespace headscope {

/// What two heads of a layer are compared by.
enum class Measure {
    q,  ///< the cosine of the heads' flattened rows of q_proj; a bias is no part of it
};

/// All of them, in the order of the documentation.
std::span<const Measure> all_measures();

/// The name in options, files and on screen: "q".
std::string_view name_of(Measure measure);

/// The inverse of name_of. Throws Error(bad_input) that lists the measures.
Measure parse_measure(std::string_view name);

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

/// Compares all heads of the chosen layers, one matrix a layer. Weights are read where they lie in
/// the mapped files, so the memory used does not grow with the model; the result does not depend on
/// the number of workers, and two heads with equal weights have a similarity of exactly 1. A head
/// of zeros has 0 with every other.
///
/// `progress` counts layers and is called from the workers, one call at a time. A stop is noticed
/// within a few milliseconds of work and becomes Error(cancelled).
/// Throws Error(bad_input) for a layer that the model does not have and for a weight that is NaN or
/// infinite, naming its tensor and place.
std::vector<SimilarityMatrix> compute_similarity(const Checkpoint& checkpoint,
                                                 const SimilarityParams& params,
                                                 const ProgressFn& progress,
                                                 const std::stop_token& stop);

}  // namespace headscope
