#include "core/evaluation/evaluation_engine.h"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <span>
#include <string>

#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/evaluation/batch_sizes.h"
#include "core/evaluation/chunk_scorer_torch.h"
#include "core/model/compat_torch.h"

namespace headscope {
namespace {

using Clock = std::chrono::steady_clock;

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
    /// `passes` layer computations are ahead; they are what progress is counted in where
    /// `count_passes` is set, since then windows are finished many at a time.
    Collector(Scores& scores, std::size_t open, std::int64_t passes, bool count_passes,
              const ProgressFn& progress, const ScoresFn& partial)
        : scores_(scores),
          progress_(progress),
          partial_(partial),
          done_(scores.windows_done()),
          total_(done_ + static_cast<std::int64_t>(open)),
          passes_total_(passes),
          count_passes_(count_passes) {
        report();
    }

    void add(std::span<const std::int64_t> windows,
             const std::vector<ChunkScorer::VariantScores>& values) {
        const std::scoped_lock lock(mutex_);
        for (std::size_t w = 0; w < windows.size(); ++w) {
            const auto index = static_cast<std::size_t>(windows[w]);
            for (std::size_t v = 0; v < values[w].size(); ++v)
                scores_.values[v][index] = values[w][v];
            scores_.done[index] = 1;
            ++done_;
        }
        constexpr auto kInterval = std::chrono::milliseconds(50);
        if (done_ == total_ || Clock::now() - last_partial_ >= kInterval) send_partial();
        report();
    }

    void add_passes(std::int64_t passes) {
        const std::scoped_lock lock(mutex_);
        passes_done_ += passes;
        if (count_passes_ && passes_done_ < passes_total_) report();
    }

    void say(const std::string& note) {
        const std::scoped_lock lock(mutex_);
        report(note);
    }

    /// Passes the scores on, whatever the time. Not for use while threads are adding.
    void send_partial() {
        last_partial_ = Clock::now();
        if (partial_) partial_(scores_);
    }

    [[nodiscard]] std::int64_t passes_done() const { return passes_done_; }

  private:
    void report(const std::string& note = {}) {
        if (count_passes_ && done_ < total_) {
            progress_.report({"evaluating", passes_done_, passes_total_, "layer passes", note});
        } else {
            progress_.report({"evaluating", done_, total_, "windows", note});
        }
    }

    Scores& scores_;
    ProgressThrottle progress_;
    const ScoresFn& partial_;
    std::int64_t done_;
    std::int64_t total_;
    std::int64_t passes_done_ = 0;
    std::int64_t passes_total_;
    bool count_passes_;
    Clock::time_point last_partial_{};
    std::mutex mutex_;
};

/// One evaluation, from its parts to its scores.
class Evaluation {
  public:
    Evaluation(const Model& model, const EvaluationParams& params)
        : model_(model.loaded()),
          windows_(*params.windows),
          schedule_(static_cast<int>(model.config().num_hidden_layers), params.variants),
          merged_(model_, schedule_,
                  compat::memory_budget(model_.format.device, model_.memory_limit) / 3),
          scorer_(model_, windows_, schedule_, merged_, *model_.boundaries),
          source_(model_) {
        plan_memory(params.keep_states);
    }

    [[nodiscard]] const SharingSchedule& schedule() const { return schedule_; }

    void run(const std::vector<std::int64_t>& open, int threads, Collector& collector,
             const std::stop_token& stop) {
        if (!model_.resident()) collector.say(streaming_note());
        if (threads > 1) {
            parallel_for(open.size(), threads, stop, [&](std::size_t i, int) {
                at::set_num_threads(1);
                score({&open[i], 1}, collector, stop);
            });
            return;
        }
        for (std::size_t at = 0; at < open.size();) {
            throw_if_stopped(stop);
            const auto count =
                std::min(open.size() - at, static_cast<std::size_t>(sizes_.super_chunk));
            if (try_score({&open[at], count}, collector, stop)) at += count;
        }
    }

  private:
    void plan_memory(bool keep_states) {
        constexpr std::int64_t kTokensOfMicroBatch = 8192;  // where a GPU's products are fastest
        constexpr std::int64_t kSuperChunkOnCpu = 8;  // reading a layer takes far less than those
        const bool cpu = model_.format.device.is_cpu();
        const ForwardPass& forward = scorer_.forward();
        BatchNeeds needs;
        needs.budget = compat::memory_budget(model_.format.device, model_.memory_limit);
        if (!model_.resident()) needs.budget -= merged_bytes_of_a_layer();
        needs.state = forward.state_bytes();
        needs.most_states = schedule_.most_states() + 1;  // the one that a layer makes
        needs.working_of_one = forward.working_bytes(1);
        needs.working_of_more = forward.working_bytes(2) - needs.working_of_one;
        needs.wanted_micro_batch =
            cpu ? 1 : std::max<std::int64_t>(1, kTokensOfMicroBatch / windows_.window());
        needs.wanted_super_chunk = model_.resident() ? needs.wanted_micro_batch
                                   : cpu             ? kSuperChunkOnCpu
                                                     : windows_.count();
        sizes_ = choose_batch_sizes(needs);
        if (keep_states) plan_boundaries(needs);
    }

    [[nodiscard]] std::int64_t merged_bytes_of_a_layer() const {
        std::size_t most = 0;
        for (int layer = 0; layer < model_.checkpoint.config().num_hidden_layers; ++layer)
            most = std::max(most, schedule_.merges(layer).size());
        return static_cast<std::int64_t>(most) * MergedWeights::bytes_of_one(model_);
    }

    /// What is left after the largest batch may hold states of the original for later plans.
    void plan_boundaries(const BatchNeeds& needs) const {
        constexpr std::int64_t kMostOnCpu = std::int64_t{2} << 30;
        const std::int64_t taken =
            needs.working_of_one + (sizes_.micro_batch - 1) * needs.working_of_more +
            sizes_.super_chunk * needs.most_states * needs.state;
        std::int64_t budget = std::max<std::int64_t>(0, needs.budget - taken) / 2;
        if (model_.format.device.is_cpu()) budget = std::min(budget / 4, kMostOnCpu);
        budget += model_.boundaries->bytes();  // what is kept already was not counted as free
        const std::int64_t layers = model_.checkpoint.config().num_hidden_layers;
        const std::int64_t all = windows_.count() * layers * needs.state;
        const std::int64_t stride = budget > 0 ? (all + budget - 1) / budget : layers;
        const std::int64_t most = std::max<std::int64_t>(1, layers / 8);
        model_.boundaries->configure(budget, static_cast<int>(std::min(stride, most)));
    }

    [[nodiscard]] std::string streaming_note() const {
        return fmt::format(
            "The weights do not fit in the memory of {}; layers are read while others compute, {} "
            "windows at a time",
            model_.format.device.str(), sizes_.super_chunk);
    }

    void score(std::span<const std::int64_t> windows, Collector& collector,
               const std::stop_token& stop) {
        collector.add(windows,
                      scorer_.score(
                          windows, sizes_.micro_batch, source_,
                          [&](std::int64_t passes) { collector.add_passes(passes); }, stop));
    }

    /// False where memory ran out and smaller batches are to be tried.
    bool try_score(std::span<const std::int64_t> windows, Collector& collector,
                   const std::stop_token& stop) {
        try {
            try {
                score(windows, collector, stop);
            } catch (...) {
                compat::rethrow_as_error();
            }
            return true;
        } catch (const Error& error) {
            if (error.code() != ErrorCode::out_of_memory || !shrink()) throw;
        }
        collector.say(fmt::format("Memory ran out; going on with {} window{} at a time",
                                  sizes_.micro_batch, sizes_.micro_batch == 1 ? "" : "s"));
        return false;
    }

    /// Gives memory back and halves the batches; false where neither is possible.
    bool shrink() {
        const bool kept = model_.boundaries->bytes() > 0;
        model_.boundaries->clear();
        compat::release_cached_memory(model_.format.device);
        if (sizes_.super_chunk == 1) return kept;
        sizes_.micro_batch = std::max<std::int64_t>(1, sizes_.micro_batch / 2);
        sizes_.super_chunk = std::max(sizes_.micro_batch, sizes_.super_chunk / 2);
        return true;
    }

    const LoadedModel& model_;
    const Windows& windows_;
    SharingSchedule schedule_;
    MergedWeights merged_;
    ChunkScorer scorer_;
    LayerSource source_;
    BatchSizes sizes_;
};

EvaluationResult evaluate_variants(const Model& model, const EvaluationParams& params,
                                   const ProgressFn& progress, const ScoresFn& partial,
                                   const std::stop_token& stop) {
    const c10::InferenceMode no_gradients;
    const auto start = Clock::now();
    compat::keep_freed_memory();
    const Threads threads = spread_threads(model.loaded());
    const ThreadSetting setting(threads.for_each_window);

    EvaluationResult result;
    result.scores = starting_scores(params);
    const std::vector<std::int64_t> open = open_windows(params, result.scores);
    const auto windows = static_cast<std::int64_t>(open.size());
    try {
        Evaluation evaluation(model, params);
        const SharingSchedule& schedule = evaluation.schedule();
        Collector collector(result.scores, open.size(), windows * schedule.pass_count(),
                            !model.loaded().resident(), progress, partial);
        try {
            evaluation.run(open, threads.windows_at_once, collector, stop);
        } catch (...) {
            collector.send_partial();
            throw;
        }
        result.layer_passes = collector.passes_done();
        result.separate_layer_passes = windows * schedule.separate_pass_count();
    } catch (...) {
        compat::rethrow_as_error();
    }
    result.peak_device_bytes = compat::peak_device_memory(model.loaded().format.device);
    result.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    return result;
}

}  // namespace

const EvaluationEngine kEvaluationEngine{evaluate_variants};

}  // namespace headscope
