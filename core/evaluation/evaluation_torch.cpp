#include "core/evaluation/evaluation_torch.h"

#include <algorithm>
#include <vector>

#include <ATen/Parallel.h>

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/model/compat_torch.h"
#include "core/model/device_memory_torch.h"

namespace headscope {

EvaluationThreads spread_threads(const LoadedModel& model) {
    if (!model.format.device.is_cpu()) return {1, 1};
    if (!model.resident()) return {1, model.threads};  // layers come one after the other
    // Small products do not gain from a second thread, windows do; a large model's products use all
    // threads well, and its activations would not fit memory once for each core.
    constexpr std::int64_t kSmall = 1024;
    return model.checkpoint.config().hidden_size <= kSmall ? EvaluationThreads{model.threads, 1}
                                                           : EvaluationThreads{1, model.threads};
}

Evaluation::Evaluation(const LoadedModel& model, const EvaluationParams& params)
    : model_(model),
      windows_(*params.windows),
      schedule_(static_cast<int>(model.checkpoint.config().num_hidden_layers), params.variants),
      merged_(model_, schedule_, memory_budget(model_.format.device, model_.memory_limit) / 3),
      scorer_(model_, schedule_, merged_, *model_.boundaries, params),
      source_(model_) {
    plan_memory(params.keep_states);
}

std::int64_t Evaluation::windows_at_a_time() const {
    return std::max<std::int64_t>(sizes_.super_chunk, windows_at_once_);
}

void Evaluation::run(std::span<const std::int64_t> windows, ScoreCollector& collector,
                     const std::stop_token& stop) {
    if (!model_.resident() && !streaming_told_) collector.say(streaming_note());
    streaming_told_ = true;
    std::vector<std::int64_t> open(windows.begin(), windows.end());
    while (!open.empty()) {
        throw_if_stopped(stop);
        std::size_t done = 0;  // the first so many of those that are open
        try {
            try {
                done = windows_at_once_ > 1 ? score_side_by_side(open, collector, stop)
                                            : score_together(open, collector, stop);
            } catch (...) {
                compat::rethrow_as_error();
            }
        } catch (const Error& error) {
            if (error.code() != ErrorCode::out_of_memory || !shrink()) throw;
            collector.say(shrunk_note());
            std::erase_if(open, [&](std::int64_t window) { return collector.has(window); });
        }
        open.erase(open.begin(), open.begin() + static_cast<std::ptrdiff_t>(done));
    }
}

/// Each window in a thread of its own.
std::size_t Evaluation::score_side_by_side(std::span<const std::int64_t> windows,
                                           ScoreCollector& collector, const std::stop_token& stop) {
    const auto each = static_cast<std::size_t>(sizes_.micro_batch);
    parallel_for(
        (windows.size() + each - 1) / each, windows_at_once_, stop, [&](std::size_t i, int) {
            at::set_num_threads(1);
            const std::size_t begin = i * each;
            score(windows.subspan(begin, std::min(each, windows.size() - begin)), collector, stop);
        });
    return windows.size();
}

/// One super-chunk.
std::size_t Evaluation::score_together(std::span<const std::int64_t> windows,
                                       ScoreCollector& collector, const std::stop_token& stop) {
    const auto count = std::min(windows.size(), static_cast<std::size_t>(sizes_.super_chunk));
    score(windows.first(count), collector, stop);
    return count;
}

void Evaluation::plan_memory(bool keep_states) {
    constexpr std::int64_t kTokensOfMicroBatch = 8192;  // where a GPU's products are fastest
    constexpr std::int64_t kSuperChunkOnCpu = 8;        // reading a layer takes far less than those
    const bool cpu = model_.format.device.is_cpu();
    const ForwardPass& forward = scorer_.forward();
    BatchNeeds needs;
    needs.budget = memory_budget(model_.format.device, model_.memory_limit);
    if (!merged_.kept()) needs.budget -= merged_bytes_of_a_layer();
    // Memory for two layers is taken already, but on the CPU it counts only once it is written to.
    if (cpu && !model_.resident()) needs.budget -= 2 * source_.bytes_of_one();
    needs.state = forward.state_bytes();
    needs.most_states = schedule_.most_states() + 1;  // the one that a layer makes
    needs.working_of_one = forward.working_bytes(1);
    needs.working_of_more = forward.working_bytes(2) - needs.working_of_one;
    // On the CPU a window of its own is best, unless it is too short for the matrix products.
    constexpr std::int64_t kTokensOnCpu = 512;
    const std::int64_t tokens = !cpu                                ? kTokensOfMicroBatch
                                : windows_.has_chosen_predictions() ? kTokensOnCpu
                                                                    : 1;
    needs.wanted_micro_batch = std::max<std::int64_t>(1, tokens / windows_.window());
    needs.wanted_super_chunk = model_.resident() ? needs.wanted_micro_batch
                               : cpu ? std::max(kSuperChunkOnCpu, needs.wanted_micro_batch)
                                     : windows_.count();
    sizes_ = choose_batch_sizes(needs);
    const std::int64_t of_window = needs.working_of_one +
                                   (sizes_.micro_batch - 1) * needs.working_of_more +
                                   sizes_.micro_batch * needs.most_states * needs.state;
    windows_at_once_ = static_cast<int>(std::clamp<std::int64_t>(
        needs.budget / of_window, 1, spread_threads(model_).windows_at_once));
    if (keep_states) {
        plan_boundaries(needs);
    } else {
        model_.boundaries->stop_keeping();
    }
}

std::int64_t Evaluation::merged_bytes_of_a_layer() const {
    std::size_t most = 0;
    for (int layer = 0; layer < model_.checkpoint.config().num_hidden_layers; ++layer)
        most = std::max(most, schedule_.merges(layer).size());
    return static_cast<std::int64_t>(most) * merged_.bytes_of_one() + merged_.working_bytes();
}

/// What is left after the largest batch may hold states of the original for later plans.
void Evaluation::plan_boundaries(const BatchNeeds& needs) const {
    constexpr std::int64_t kMostOnCpu = std::int64_t{2} << 30;
    const std::int64_t taken = needs.working_of_one +
                               (sizes_.micro_batch - 1) * needs.working_of_more +
                               sizes_.super_chunk * needs.most_states * needs.state;
    // What is kept already was not counted as free.
    std::int64_t budget =
        (std::max<std::int64_t>(0, needs.budget - taken) + model_.boundaries->bytes()) / 2;
    if (model_.format.device.is_cpu()) budget = std::min(budget / 4, kMostOnCpu);
    const std::int64_t layers = model_.checkpoint.config().num_hidden_layers;
    const std::int64_t all = windows_.count() * layers * needs.state;
    const std::int64_t stride = budget > 0 ? (all + budget - 1) / budget : layers;
    const std::int64_t most = std::max<std::int64_t>(1, layers / 8);
    model_.boundaries->configure(budget, static_cast<int>(std::min(stride, most)),
                                 windows_.tokens(0));
}

std::string Evaluation::streaming_note() const {
    if (!model_.waiting.empty()) {
        return fmt::format(
            "The weights do not fit in the memory of {}; layers wait on several GPUs, {} windows "
            "at a time",
            model_.format.device.str(), sizes_.super_chunk);
    }
    return fmt::format(
        "The weights do not fit in the memory of {}; layers are read while others compute, {} "
        "windows at a time",
        model_.format.device.str(), sizes_.super_chunk);
}

void Evaluation::score(std::span<const std::int64_t> windows, ScoreCollector& collector,
                       const std::stop_token& stop) {
    std::int64_t passes = 0;
    try {
        collector.add(windows, scorer_.score(
                                   windows, sizes_.micro_batch, source_,
                                   [&](std::int64_t more) {
                                       passes += more;
                                       collector.add_passes(more);
                                   },
                                   stop));
    } catch (...) {
        collector.take_back_passes(passes);  // their windows may come again
        throw;
    }
}

/// Gives memory back and makes the batches smaller; false where neither is possible.
bool Evaluation::shrink() {
    const bool kept = model_.boundaries->bytes() > 0;
    model_.boundaries->clear();
    release_cached_memory(model_.format.device);
    if (windows_at_once_ > 1) {
        windows_at_once_ /= 2;
        return true;
    }
    if (sizes_.super_chunk == 1) return kept;
    // Memory for states, then for what a layer makes.
    sizes_.super_chunk = std::max<std::int64_t>(1, sizes_.super_chunk / 2);
    sizes_.micro_batch =
        std::min(std::max<std::int64_t>(1, sizes_.micro_batch / 2), sizes_.super_chunk);
    return true;
}

std::string Evaluation::shrunk_note() const {
    const std::int64_t count = windows_at_a_time();
    return fmt::format("Memory ran out; going on with {} window{} at a time", count,
                       count == 1 ? "" : "s");
}

}  // namespace headscope
