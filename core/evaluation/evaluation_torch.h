#pragma once

#include <cstdint>
#include <span>
#include <stop_token>
#include <string>

#include "core/evaluation/batch_sizes.h"
#include "core/evaluation/chunk_scorer_torch.h"
#include "core/evaluation/evaluator.h"
#include "core/evaluation/score_collector.h"

namespace headscope {

/// The variants of one evaluation, ready to score windows: the sizes of its batches chosen by the
/// memory there is, and made smaller when it runs out all the same.
class Evaluation {
  public:
    /// Both must outlive this.
    Evaluation(const LoadedModel& model, const EvaluationParams& params);

    [[nodiscard]] const SharingSchedule& schedule() const { return schedule_; }

    /// Windows that are worth scoring at a time.
    [[nodiscard]] std::int64_t windows_at_a_time() const;

    /// Scores `windows` and gives their scores to `collector`. Throws Error(cancelled) within one
    /// micro-batch, and what ChunkScorer::score throws.
    void run(std::span<const std::int64_t> windows, ScoreCollector& collector,
             const std::stop_token& stop);

  private:
    void plan_memory(bool keep_states);
    void plan_boundaries(const BatchNeeds& needs) const;
    [[nodiscard]] std::int64_t merged_bytes_of_a_layer() const;
    [[nodiscard]] std::string streaming_note() const;
    void score(std::span<const std::int64_t> windows, ScoreCollector& collector,
               const std::stop_token& stop);
    std::size_t score_side_by_side(std::span<const std::int64_t> windows, ScoreCollector& collector,
                                   const std::stop_token& stop);
    std::size_t score_together(std::span<const std::int64_t> windows, ScoreCollector& collector,
                               const std::stop_token& stop);
    bool shrink();
    [[nodiscard]] std::string shrunk_note() const;

    const LoadedModel& model_;
    const Windows& windows_;
    SharingSchedule schedule_;
    MergedWeights merged_;
    ChunkScorer scorer_;
    LayerSource source_;
    BatchSizes sizes_;
    int windows_at_once_ = 1;  ///< each in a thread of its own
    bool streaming_told_ = false;
};

/// Threads on the CPU: so many windows at a time, each with so many.
struct EvaluationThreads {
    int windows_at_once = 1;
    int for_each_window = 1;
};
EvaluationThreads spread_threads(const LoadedModel& model);

}  // namespace headscope
