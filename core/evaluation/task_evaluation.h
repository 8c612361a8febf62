#pragma once

#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/progress.h"
#include "core/evaluation/evaluator.h"
#include "core/evaluation/metrics/metric.h"
#include "core/evaluation/sequence_scores.h"
#include "core/evaluation/tasks/task.h"
#include "core/tokenizer/tokenizer.h"

namespace headscope {

/// A task with the items that are scored.
struct ChosenTask {
    const Task* task = nullptr;
    std::string file;  ///< where the items come from
    std::vector<TaskItem> items;
};

/// "hellaswag=val.jsonl" for each task, from `list` with commas; the first `limit` items of each,
/// 0 for all. Throws Error(bad_input) for a task that is not known or has no file.
std::vector<ChosenTask> read_tasks(const std::string& list, std::int64_t limit);

/// A SHA-256 over everything that decides the scores of a task's items, wherever they lie.
std::string items_sha256(const ChosenTask& task);

/// What one variant makes of one item.
struct ItemScore {
    std::vector<double> log_likelihoods;  ///< of each request's continuation, nats
    bool greedy = false;                  ///< of a cloze: greedy decoding gives the continuation

    bool operator==(const ItemScore&) const = default;
};

/// What the variants of an evaluation make of a task's items.
struct TaskScores {
    ChosenTask task;
    std::vector<std::vector<ItemScore>> values;  ///< [variants][items]

    /// Whether each item is right, by the highest log-likelihood (acc), or by the highest per
    /// character of the choice (acc_norm); the first of equals counts.
    [[nodiscard]] std::vector<std::uint8_t> right(std::size_t variant, bool by_length) const;

    /// acc, acc_norm, perplexity where the task has them (of a rolling text word_perplexity,
    /// byte_perplexity and bits_per_byte, and their paired change), with 95 % intervals of items as
    /// independent draws. For every variant but the first also the paired difference from the first
    /// (interval by bootstrap over items) and McNemar's exact p. Names begin with the task's.
    [[nodiscard]] std::vector<Metric> metric_list(std::size_t variant) const;

  private:
    [[nodiscard]] std::vector<Metric> rolling_metrics(std::size_t variant) const;
};

/// Scores tasks as lm-evaluation-harness 0.4.13 does (_encode_pair, left truncation to the model's
/// longest window, or to `longest` tokens where that is not 0), all variants together. A rolling
/// text is cut into windows of that length that predict each token once, the first behind BOS.
/// Requests that the model reads as the same tokens are computed once; sequences of about one
/// length run together. Errors, cancelling and several processes are those of evaluate().
std::vector<TaskScores> evaluate_tasks(const Model& model, const Tokenizer& tokenizer,
                                       const std::vector<Variant>& variants,
                                       std::vector<ChosenTask> tasks,
                                       const ProgressFn& progress = {},
                                       const std::stop_token& stop = {}, std::int64_t longest = 0,
                                       const TaskResume& resume = {});

/// Two-sided p of McNemar's exact test: of `gained` and `lost` items that changed, as likely either
/// way.
double mcnemar_p(std::int64_t gained, std::int64_t lost);

}  // namespace headscope
