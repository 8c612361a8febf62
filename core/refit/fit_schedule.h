#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/architecture/model_config.h"
#include "core/refit/refit.h"

namespace headscope {

/// One set of output weights to fit.
struct Fit {
    LayerMerge merge;       ///< without a refit
    int variant = -1;       ///< whose layer it is; -1: an alternative
    std::size_t index = 0;  ///< of the alternative
};

/// Fits that share their moments.
struct FitGroup {
    int source = -1;       ///< the variant whose states are read; -1: the original's
    LayerMerge attention;  ///< what decides the values that the output projections read
    std::vector<Fit> fits;
};

/// What a refit has to fit in which layer, and how often a layer is computed for it. A value of its
/// parameters alone, which must outlive it.
class FitSchedule {
  public:
    /// Throws Error(bad_input) for a layer that the model does not have.
    FitSchedule(const RefitParams& params, const ModelConfig& config);

    /// Those of the parameters, at least one; with RefitLayers::all they name the unchanged layers
    /// that are fitted too.
    [[nodiscard]] const std::vector<Variant>& variants() const { return variants_; }

    /// The last layer in which something is fitted; -1: none.
    [[nodiscard]] int last_layer() const { return last_; }

    /// The variant whose states a layer of `variant` reads; -1: the original's.
    [[nodiscard]] int source_of(std::size_t variant, int layer) const;

    [[nodiscard]] std::vector<FitGroup> groups(int layer) const;

    /// Whether the output weights of the layer's MLP are fitted in some variant.
    [[nodiscard]] bool fits_mlp(int layer) const;

    /// Computations of a layer over each sequence.
    [[nodiscard]] std::int64_t passes() const;

  private:
    const RefitParams& params_;
    const ModelConfig& config_;
    std::vector<Variant> variants_;
    int last_ = -1;
};

}  // namespace headscope
