#include <algorithm>
#include <chrono>
#include <functional>

#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include "core/base/error.h"
#include "core/evaluation/evaluation_engine.h"
#include "core/evaluation/evaluation_torch.h"
#include "core/evaluation/process_group_torch.h"
#include "core/model/compat_torch.h"

namespace headscope {
namespace {

using Clock = std::chrono::steady_clock;

/// Keeps the thread counts of this thread and of the BLAS library for a scope.
class ThreadSetting {
  public:
    explicit ThreadSetting(int threads) : before_(at::get_num_threads()) {
        compat::set_intra_op_threads(threads);
    }
    ~ThreadSetting() { compat::set_intra_op_threads(before_); }
    ThreadSetting(const ThreadSetting&) = delete;
    ThreadSetting& operator=(const ThreadSetting&) = delete;

  private:
    int before_;
};

Scores starting_scores(const EvaluationParams& params) {
    const auto windows = static_cast<std::size_t>(params.windows->count());
    Scores scores = params.known;
    if (scores.done.empty()) {
        scores.done.assign(windows, 0);
        scores.values.assign(params.variants.size(), std::vector<WindowScore>(windows));
    }
    scores.predictions_per_window = params.windows->predictions_per_window();
    if (scores.done.size() != windows || scores.values.size() != params.variants.size()) {
        fail(ErrorCode::internal,
             "scores of {} windows and {} variants cannot continue one of {} and {}",
             scores.done.size(), scores.values.size(), windows, params.variants.size());
    }
    return scores;
}

std::vector<std::int64_t> open_windows(const EvaluationParams& params, const Scores& scores) {
    std::vector<std::int64_t> open =
        params.order.empty() ? params.windows->shuffled_order() : params.order;
    std::erase_if(open,
                  [&](std::int64_t w) { return scores.done[static_cast<std::size_t>(w)] != 0; });
    return open;
}

/// A stop that comes from either of two.
class EitherStop {
  public:
    EitherStop(const std::stop_token& a, const std::stop_token& b)
        : from_a_(a, [this] { stop_.request_stop(); }),
          from_b_(b, [this] { stop_.request_stop(); }) {}

    [[nodiscard]] std::stop_token token() const { return stop_.get_token(); }

  private:
    std::stop_source stop_;
    std::stop_callback<std::function<void()>> from_a_;
    std::stop_callback<std::function<void()>> from_b_;
};

/// One process of several: in each round every process scores its share of some windows, then all
/// exchange what they scored, so that each has the scores of all.
class SharedEvaluation {
  public:
    SharedEvaluation(ProcessGroup& group, Evaluation& evaluation, Scores& scores,
                     const c10::Device& device)
        : group_(group), evaluation_(evaluation), scores_(scores), device_(device) {}

    void run(const std::vector<std::int64_t>& open, ScoreCollector& collector,
             const std::stop_token& stop) {
        const EitherStop either(stop, group_.lost());
        const auto own = static_cast<std::size_t>(
            group_.smallest(static_cast<double>(evaluation_.windows_at_a_time())));
        const auto all = own * static_cast<std::size_t>(group_.place().world_size);
        for (std::size_t first = 0; first < open.size(); first += all) {
            const std::span<const std::int64_t> round(&open[first],
                                                      std::min(all, open.size() - first));
            score_own_share(round, collector, either.token());
            exchange(round, collector);
        }
    }

  private:
    void score_own_share(std::span<const std::int64_t> round, ScoreCollector& collector,
                         const std::stop_token& stop) {
        std::vector<std::int64_t> share;
        for (auto at = static_cast<std::size_t>(group_.place().rank); at < round.size();
             at += static_cast<std::size_t>(group_.place().world_size)) {
            share.push_back(round[at]);
        }
        own_ =
            Scores{scores_.predictions_per_window, std::vector<std::uint8_t>(scores_.done.size()),
                   std::vector<std::vector<WindowScore>>(
                       scores_.values.size(), std::vector<WindowScore>(scores_.done.size()))};
        ScoreCollector own(own_, share.size(), 0, false, {}, kNoScores);
        error_ = nullptr;
        stopped_ = false;
        try {
            evaluation_.run(share, own, stop);
        } catch (const Error& error) {
            error_ = std::current_exception();  // the others must hear of it first
            stopped_ = error.code() == ErrorCode::cancelled;
        } catch (...) {
            error_ = std::current_exception();
        }
        collector.add_passes(own.passes_done());
    }

    /// Sums over the processes, of which one has scored each window and the others hold zeros.
    void exchange(std::span<const std::int64_t> round, ScoreCollector& collector) {
        group_.throw_if_lost();
        std::vector<double> sums{stopped_ ? 1.0 : 0.0, error_ && !stopped_ ? 1.0 : 0.0};
        for (const std::int64_t window : round) {
            for (const auto& of_variant : own_.values) {
                const WindowScore& score = of_variant[static_cast<std::size_t>(window)];
                sums.push_back(score.nll);
                sums.push_back(static_cast<double>(score.correct));
            }
        }
        group_.sum(sums, device_);
        if (error_) std::rethrow_exception(error_);
        if (sums[1] > 0.0) {
            throw Error(ErrorCode::device, "another process failed; see what it printed last");
        }
        if (sums[0] > 0.0) throw Error(ErrorCode::cancelled, "cancelled in another process");
        std::vector<std::vector<WindowScore>> values(round.size());
        std::size_t at = 2;
        for (auto& of_window : values) {
            for (std::size_t variant = 0; variant < own_.values.size(); ++variant, at += 2) {
                of_window.push_back({sums[at], static_cast<std::int64_t>(sums[at + 1])});
            }
        }
        collector.add(round, values);
    }

    inline static const ScoresFn kNoScores{};

    ProcessGroup& group_;
    Evaluation& evaluation_;
    Scores& scores_;
    c10::Device device_;
    Scores own_;
    std::exception_ptr error_;
    bool stopped_ = false;  ///< error_ is a cancellation
};

EvaluationResult evaluate_variants(const Model& model, const EvaluationParams& params,
                                   const ProgressFn& progress, const ScoresFn& partial,
                                   const std::stop_token& stop) {
    const c10::InferenceMode no_gradients;
    const auto start = Clock::now();
    compat::keep_freed_memory();
    const LoadedModel& loaded = model.loaded();
    const ThreadSetting setting(spread_threads(loaded).for_each_window);

    EvaluationResult result;
    result.scores = starting_scores(params);
    const std::vector<std::int64_t> open = open_windows(params, result.scores);
    const auto windows = static_cast<std::int64_t>(open.size());
    try {
        Evaluation evaluation(model, params);
        const SharingSchedule& schedule = evaluation.schedule();
        ScoreCollector collector(result.scores, open.size(), windows * schedule.pass_count(),
                                 !loaded.resident(), progress, partial);
        try {
            if (process_rank().alone()) {
                evaluation.run(open, collector, stop);
            } else {
                SharedEvaluation(ProcessGroup::instance(), evaluation, result.scores,
                                 loaded.format.device)
                    .run(open, collector, stop);
            }
        } catch (...) {
            collector.send_partial();
            throw;
        }
        result.layer_passes = collector.passes_done();
        result.separate_layer_passes = windows * schedule.separate_pass_count();
    } catch (...) {
        compat::rethrow_as_error();
    }
    result.peak_device_bytes = compat::peak_device_memory(loaded.format.device);
    result.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    return result;
}

std::string broadcast_text(const std::string& text) {
    return ProcessGroup::instance().broadcast(text);
}

}  // namespace

const EvaluationEngine kEvaluationEngine{evaluate_variants, broadcast_text};

}  // namespace headscope
