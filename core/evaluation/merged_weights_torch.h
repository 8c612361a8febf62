#pragma once

#include <cstdint>
#include <vector>

#include "core/evaluation/sharing.h"
#include "core/model/loaded_model_torch.h"

namespace headscope {

/// The weights of every merge of every layer, made on the device from the originals. They
/// are kept where a budget allows it, and made anew whenever a layer's turn comes elsewhere.
class MergedWeights {
  public:
    /// `model` and `schedule` must outlive this. `budget` in bytes.
    MergedWeights(const LoadedModel& model, const SharingSchedule& schedule, std::int64_t budget);

    /// Of each of the schedule's merges of `layer`, whose own weights are `original`.
    [[nodiscard]] std::vector<AttentionWeights> of_layer(int layer,
                                                         const AttentionWeights& original) const;

    /// Whether they are made once and kept.
    [[nodiscard]] bool kept() const { return !kept_.empty(); }

    /// Bytes of one merged layer, while it is made: the float32 copies too.
    [[nodiscard]] std::int64_t bytes_of_one() const;

    /// Bytes that are needed beside that while one is made, where a merge aligns.
    [[nodiscard]] std::int64_t working_bytes() const;

  private:
    [[nodiscard]] std::vector<AttentionWeights> make(int layer,
                                                     const AttentionWeights& original) const;

    const LoadedModel& model_;
    const SharingSchedule& schedule_;
    std::vector<std::vector<AttentionWeights>> kept_;  ///< [layer][merge], or empty
};

}  // namespace headscope
