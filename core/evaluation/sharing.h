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

    [[nodiscard]] int layer_count() const { return static_cast<int>(passes_.size()); }

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

    /// The first layer that some variant changes; the number of layers where none does. Up to there
    /// all variants are the original.
    [[nodiscard]] int first_change() const { return first_change_; }

    /// Which of the states before `layer` is the original's; -1 where none is. `layer` may be the
    /// number of layers.
    [[nodiscard]] int original_state(int layer) const {
        return original_states_[static_cast<std::size_t>(layer)];
    }

    /// The most states that exist at one time, those that a layer reads and those it makes.
    [[nodiscard]] std::int64_t most_states() const;

    /// Layer computations for one micro-batch, and what separate evaluations would need.
    [[nodiscard]] std::int64_t pass_count() const;
    [[nodiscard]] std::int64_t separate_pass_count() const;

  private:
    std::vector<std::vector<Pass>> passes_;
    std::vector<std::vector<LayerMerge>> merges_;
    std::vector<int> original_states_;  ///< [layers + 1]
    int first_change_ = 0;
    std::vector<int> final_states_;
    int final_state_count_ = 1;
};

}  // namespace headscope
