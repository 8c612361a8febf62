#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <stop_token>
#include <vector>

#include "core/evaluation/evaluator.h"
#include "core/evaluation/merged_weights_torch.h"
#include "core/evaluation/metrics.h"
#include "core/evaluation/prediction_base_torch.h"
#include "core/evaluation/sharing.h"
#include "core/evaluation/windows.h"
#include "core/model/boundary_cache_torch.h"
#include "core/model/forward_torch.h"
#include "core/model/layer_source_torch.h"

namespace headscope {

/// Takes a super-chunk of windows through all layers and scores every variant on it: for each
/// layer, for each micro-batch, for each different hidden state. What it needs must outlive it.
/// Safe for many threads where the layers are resident.
class ChunkScorer {
  public:
    ChunkScorer(const LoadedModel& model, const SharingSchedule& schedule,
                const MergedWeights& merged, BoundaryCache& boundaries,
                const EvaluationParams& params);

    /// Scores of one window: [variants].
    using VariantScores = std::vector<WindowScore>;

    /// Called after each micro-batch of each layer with the layer passes it took: a layer computed
    /// for one window is one.
    using PassesFn = std::function<void(std::int64_t passes)>;

    /// Scores of `indices`, in their order, in micro-batches of `micro_batch` windows. Throws
    /// Error(cancelled) between two micro-batches, Error(bad_input) where weights hold NaN.
    [[nodiscard]] std::vector<VariantScores> score(std::span<const std::int64_t> indices,
                                                   std::int64_t micro_batch, LayerSource& source,
                                                   const PassesFn& passes,
                                                   const std::stop_token& stop) const;

    [[nodiscard]] const ForwardPass& forward() const { return forward_; }

  private:
    struct MicroBatch;

    [[nodiscard]] std::vector<MicroBatch> cut(std::span<const std::int64_t> indices,
                                              std::int64_t micro_batch) const;
    int start(std::vector<MicroBatch>& batches) const;
    std::int64_t advance(MicroBatch& batch, int layer, const LayerWeights& weights,
                         const std::vector<AttentionWeights>& merged) const;
    void keep_original(const MicroBatch& batch, int layer) const;
    void finish(const MicroBatch& batch, std::vector<VariantScores>& scores) const;
    [[nodiscard]] std::vector<ops::Divergence> compared_with_base(
        const MicroBatch& batch, const std::vector<at::Tensor>& states,
        const at::Tensor& targets) const;
    [[nodiscard]] at::Tensor rows_of(const MicroBatch& batch, at::Tensor& targets) const;
    void finish_with_tokens(const MicroBatch& batch, std::vector<VariantScores>& scores) const;
    void require_finite(const WindowScore& score, std::int64_t window) const;

    const LoadedModel& model_;
    const Windows& windows_;
    const SharingSchedule& schedule_;
    const MergedWeights& merged_;
    BoundaryCache& boundaries_;
    ForwardPass forward_;
    bool divergence_;  ///< compare all predictions with the original's, or the base's
    std::shared_ptr<const PredictionBase> base_;
    std::shared_ptr<PredictionBase> keep_;
};

}  // namespace headscope
