#include "core/evaluation/evaluation_engine.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <mutex>

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/evaluation/weight_check_torch.h"
#include "core/model/compat_torch.h"
#include "core/model/forward_torch.h"

namespace headscope {
namespace {

using Clock = std::chrono::steady_clock;

/// Attention weights of every merge of every layer: [layer][merge].
using MergedWeights = std::vector<std::vector<AttentionWeights>>;

MergedWeights merge_weights(const LoadedModel& model, const SharingSchedule& schedule) {
    MergedWeights merged(model.layers.size());
    for (std::size_t layer = 0; layer < merged.size(); ++layer) {
        for (const LayerMerge& merge : schedule.merges(static_cast<int>(layer))) {
            merged[layer].push_back(merge_attention(model.layers[layer].attention, merge,
                                                    model.checkpoint.config(), model.format));
        }
    }
    return merged;
}

/// How threads are spread over the work.
struct Threads {
    int windows_at_once;
    int for_each_window;
};

Threads spread_threads(const LoadedModel& model) {
    if (!model.format.device.is_cpu()) return {1, 1};
    // Small products do not gain from a second thread, windows do; a large model's products use all
    // threads well, and its activations would not fit memory once for each core.
    constexpr std::int64_t kSmall = 1024;
    return model.checkpoint.config().hidden_size <= kSmall ? Threads{model.threads, 1}
                                                           : Threads{1, model.threads};
}

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

/// One evaluation, from its parts to its scores.
class Evaluation {
  public:
    Evaluation(const Model& model, const EvaluationParams& params)
        : model_(model.loaded()),
          windows_(*params.windows),
          schedule_(static_cast<int>(model.config().num_hidden_layers), params.variants),
          forward_(model_, windows_.window()),
          merged_(merge_weights(model_, schedule_)) {}

    [[nodiscard]] const SharingSchedule& schedule() const { return schedule_; }

    /// Scores of all variants on one window: [variants].
    [[nodiscard]] std::vector<WindowScore> score(std::int64_t window,
                                                 const std::stop_token& stop) const {
        const c10::InferenceMode no_gradients;
        const at::Tensor ids =
            at::tensor(windows_.tokens(window), at::kLong).to(model_.format.device);
        const std::vector<at::Tensor> states = final_states(forward_.embed(ids), stop);
        std::vector<WindowScore> of_state;
        of_state.reserve(states.size());
        for (const at::Tensor& state : states) {
            const ops::Loss loss = forward_.loss(state, ids, windows_.first_scored());
            of_state.push_back(
                {loss.nll.sum().item<double>(), loss.correct.sum().item<std::int64_t>()});
            if (!std::isfinite(of_state.back().nll)) report_non_finite_loss(model_, window);
        }
        std::vector<WindowScore> scores;
        for (const int state : schedule_.final_states()) {
            scores.push_back(of_state[static_cast<std::size_t>(state)]);
        }
        return scores;
    }

  private:
    [[nodiscard]] std::vector<at::Tensor> final_states(at::Tensor embedded,
                                                       const std::stop_token& stop) const {
        std::vector<at::Tensor> states{std::move(embedded)};
        for (std::size_t layer = 0; layer < model_.layers.size(); ++layer) {
            throw_if_stopped(stop);
            const auto index = static_cast<int>(layer);
            const auto& passes = schedule_.passes(index);
            std::vector<at::Tensor> next(passes.size());
            for (const SharingSchedule::Pass& pass : passes) {
                const AttentionWeights& attention =
                    pass.weights < 0 ? model_.layers[layer].attention
                                     : merged_[layer][static_cast<std::size_t>(pass.weights)];
                next[static_cast<std::size_t>(pass.output)] =
                    forward_.layer(index, attention, states[static_cast<std::size_t>(pass.input)]);
            }
            states = std::move(next);
        }
        return states;
    }

    const LoadedModel& model_;
    const Windows& windows_;
    SharingSchedule schedule_;
    ForwardPass forward_;
    MergedWeights merged_;
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

/// Collects scores from the threads and passes them on, not too often.
class Collector {
  public:
    Collector(Scores& scores, std::size_t open, const ProgressFn& progress,
              const ScoresFn& partial)
        : scores_(scores),
          progress_(progress),
          partial_(partial),
          done_(scores.windows_done()),
          total_(done_ + static_cast<std::int64_t>(open)) {
        report();
    }

    void add(std::int64_t window, const std::vector<WindowScore>& values) {
        const std::scoped_lock lock(mutex_);
        const auto index = static_cast<std::size_t>(window);
        for (std::size_t v = 0; v < values.size(); ++v)
            scores_.values[v][index] = values[v];
        scores_.done[index] = 1;
        ++done_;
        constexpr auto kInterval = std::chrono::milliseconds(50);
        if (done_ == total_ || Clock::now() - last_partial_ >= kInterval) send_partial();
        report();
    }

    /// Passes the scores on, whatever the time. Not for use while threads are adding.
    void send_partial() {
        last_partial_ = Clock::now();
        if (partial_) partial_(scores_);
    }

  private:
    void report() {
        progress_.report({"evaluating", done_, total_, "windows"});
    }

    Scores& scores_;
    ProgressThrottle progress_;
    const ScoresFn& partial_;
    std::int64_t done_;
    std::int64_t total_;
    Clock::time_point last_partial_{};
    std::mutex mutex_;
};

EvaluationResult evaluate_variants(const Model& model, const EvaluationParams& params,
                                   const ProgressFn& progress, const ScoresFn& partial,
                                   const std::stop_token& stop) {
    const c10::InferenceMode no_gradients;
    const auto start = Clock::now();
    compat::keep_freed_memory();
    const Threads threads = spread_threads(model.loaded());
    const ThreadSetting setting(threads.for_each_window);

    const Evaluation evaluation(model, params);
    EvaluationResult result;
    result.scores = starting_scores(params);
    const std::vector<std::int64_t> open = open_windows(params, result.scores);
    Collector collector(result.scores, open.size(), progress, partial);
    try {
        parallel_for(open.size(), threads.windows_at_once, stop, [&](std::size_t i, int) {
            at::set_num_threads(threads.for_each_window);
            collector.add(open[i], evaluation.score(open[i], stop));
        });
    } catch (...) {
        collector.send_partial();
        compat::rethrow_as_error();
    }
    const auto windows = static_cast<std::int64_t>(open.size());
    result.layer_passes = windows * evaluation.schedule().pass_count();
    result.separate_layer_passes = windows * evaluation.schedule().separate_pass_count();
    result.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    return result;
}

}  // namespace

const EvaluationEngine kEvaluationEngine{evaluate_variants};

}  // namespace headscope
