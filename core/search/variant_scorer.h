#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/progress.h"
#include "core/evaluation/evaluator.h"
#include "core/search/score_book.h"
#include "core/search/score_journal.h"

namespace headscope {

/// A variant and a name that says what it is, the same in every start.
struct NamedVariant {
    std::string name;
    Variant variant;
};

/// Scores variants window by window into a book, leaving out what that knows. Many variants are
/// evaluated a few at a time, since each different hidden state takes memory: in the order of their
/// first changed layer, so that those of a batch share the most, and beginning there, from states
/// of the original that the evaluator keeps.
class VariantScorer {
  public:
    /// All must outlive this; `journal` may be null. The journal is saved every few seconds.
    VariantScorer(const Model& model, std::shared_ptr<const Windows> windows, ScoreBook& book,
                  const ScoreJournal* journal, std::stop_token stop);

    /// Scores all `variants` on `windows`. `progress` is called under the name `stage` with the
    /// layer passes done, of those that the evaluation takes; the first variants of many take
    /// longest, and so the remaining time comes out right. Throws what evaluate() throws, with what
    /// was finished in the book.
    void score(std::vector<NamedVariant> variants, const std::vector<std::int64_t>& windows,
               const std::string& stage, const ProgressFn& progress);

    /// Of the model.
    [[nodiscard]] int layers() const;

    /// Layer passes done so far, over one window each, and what each variant alone would have
    /// taken.
    [[nodiscard]] std::int64_t layer_passes() const { return layer_passes_; }
    [[nodiscard]] std::int64_t separate_layer_passes() const { return separate_layer_passes_; }

  private:
    using Batch = std::vector<NamedVariant>;
    struct Ahead;  ///< progress over all batches

    [[nodiscard]] std::vector<std::int64_t> open_windows(
        const Batch& batch, const std::vector<std::int64_t>& windows) const;
    [[nodiscard]] std::int64_t passes_of(const Batch& batch) const;
    void score_batch(const Batch& batch, const std::vector<std::int64_t>& open, Ahead& ahead);
    void evaluate_batch(const Batch& batch, const std::vector<std::int64_t>& open, Ahead& ahead);
    void keep(const std::vector<std::string>& names, const Scores& scores);

    const Model& model_;
    std::shared_ptr<const Windows> windows_;
    ScoreBook& book_;
    const ScoreJournal* journal_;
    std::stop_token stop_;
    std::chrono::steady_clock::time_point last_save_ = std::chrono::steady_clock::now();
    std::int64_t layer_passes_ = 0;
    std::int64_t separate_layer_passes_ = 0;
};

}  // namespace headscope
