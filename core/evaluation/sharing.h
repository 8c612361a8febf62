#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "core/merging/merge_plan.h"

namespace headscope {

/// A variant: the model under one merge plan. Layers that are not named stay as they are; none at
/// all is the original.
using Variant = std::map<int, LayerMerge>;

/// The variant that a plan describes.
Variant variant_of(const MergePlan& plan);

/// Which layer computations a set of variants needs. Variants go the same way until the first layer
/// in which they differ, and share every hidden state up to there; equal variants share all of
/// them.
class SharingSchedule {
  public:
    /// One computation of one layer: reads hidden state `input`, makes state `output`.
    struct Pass {
        int input = 0;
        int output = 0;
        int weights = 0;  ///< index into merges(layer); -1: the original's
    };

    SharingSchedule(int layers, const std::vector<Variant>& variants);

    [[nodiscard]] const std::vector<Pass>& passes(int layer) const {
        return passes_[static_cast<std::size_t>(layer)];
    }

    /// The different merges of a layer.
    [[nodiscard]] const std::vector<LayerMerge>& merges(int layer) const {
        return merges_[static_cast<std::size_t>(layer)];
    }

    /// For each variant, the state after the last layer.
    [[nodiscard]] const std::vector<int>& final_states() const { return final_states_; }
    [[nodiscard]] int final_state_count() const { return final_state_count_; }

    /// Layer computations for one micro-batch, and what separate evaluations would need.
    [[nodiscard]] std::int64_t pass_count() const;
    [[nodiscard]] std::int64_t separate_pass_count() const;

  private:
    std::vector<std::vector<Pass>> passes_;
    std::vector<std::vector<LayerMerge>> merges_;
    std::vector<int> final_states_;
    int final_state_count_ = 1;
};

}  // namespace headscope
