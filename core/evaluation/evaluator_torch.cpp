#include <algorithm>
#include <chrono>

#include <c10/core/InferenceMode.h>

#include "core/base/error.h"
#include "core/evaluation/copies_evaluation_torch.h"
#include "core/evaluation/evaluation_engine.h"
#include "core/evaluation/evaluation_torch.h"
#include "core/evaluation/prediction_base_torch.h"
#include "core/evaluation/process_group_torch.h"
#include "core/evaluation/shared_evaluation_torch.h"
#include "core/evaluation/speed_torch.h"
#include "core/model/compat_torch.h"
#include "core/model/device_memory_torch.h"

namespace headscope {
namespace {

using Clock = std::chrono::steady_clock;

void forget_without_tokens(Scores& scores) {
    for (std::size_t window = 0; window < scores.done.size(); ++window) {
        const bool all = std::all_of(
            scores.values.begin(), scores.values.end(),
            [&](const auto& of_variant) { return of_variant[window].tokens != nullptr; });
        if (!all) scores.done[window] = 0;
    }
}

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
    if (params.divergence || params.windows->has_chosen_predictions())
        forget_without_tokens(scores);
    return scores;
}

std::vector<std::int64_t> open_windows(const EvaluationParams& params, const Scores& scores) {
    std::vector<std::int64_t> open =
        params.order.empty() ? params.windows->shuffled_order() : params.order;
    std::erase_if(open,
                  [&](std::int64_t w) { return scores.done[static_cast<std::size_t>(w)] != 0; });
    return open;
}

EvaluationResult evaluate_variants(const Model& model, const EvaluationParams& params,
                                   const ProgressFn& progress, const ScoresFn& partial,
                                   const std::stop_token& stop) {
    const c10::InferenceMode no_gradients;
    const auto start = Clock::now();
    compat::keep_freed_memory();
    const LoadedModel& loaded = model.loaded();
    const compat::ThreadSetting setting(spread_threads(loaded).for_each_window);

    if ((params.base || params.keep) && !process_rank().alone()) {
        fail(ErrorCode::unsupported,
             "a comparison with predictions that are kept works in one process alone; start one");
    }
    if (params.divergence && !params.base &&
        std::none_of(params.variants.begin(), params.variants.end(),
                     [](const Variant& variant) { return variant.empty(); })) {
        fail(ErrorCode::internal, "a divergence needs the original among the variants");
    }
    EvaluationResult result;
    result.scores = starting_scores(params);
    const std::vector<std::int64_t> open = open_windows(params, result.scores);
    const auto windows = static_cast<std::int64_t>(open.size());
    try {
        Evaluation evaluation(loaded, params);
        const SharingSchedule& schedule = evaluation.schedule();
        ScoreCollector collector(result.scores, open.size(), windows * schedule.pass_count(),
                                 !loaded.resident(), progress, partial);
        try {
            const bool in_order = params.base || params.keep;  // predictions come one by one
            if (process_rank().alone() && !loaded.copies.empty() && !in_order) {
                evaluate_on_copies(loaded, params, evaluation, open, collector, stop);
            } else if (process_rank().alone()) {
                evaluation.run(open, collector, stop);
            } else {
                evaluate_shared(ProcessGroup::instance(), model, params, evaluation, open,
                                collector, stop);
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
    result.peak_device_bytes = peak_device_memory(loaded.format.device);
    result.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    return result;
}

void join_group() {
    ProcessGroup::instance();
}

std::string broadcast_text(const std::string& text) {
    return ProcessGroup::instance().broadcast(text);
}

std::shared_ptr<PredictionBase> make_predictions(const Model& model, const Windows& windows) {
    return std::make_shared<KeptPredictions>(model, windows);
}

std::shared_ptr<PredictionBase> make_saved(const Model& model, const Windows& windows,
                                           std::shared_ptr<LogitsWriter> writer) {
    return std::make_shared<SavedPredictions>(model, windows, std::move(writer));
}

std::shared_ptr<PredictionBase> make_of_file(std::shared_ptr<const LogitsFile> file) {
    return std::make_shared<FilePredictions>(std::move(file));
}

}  // namespace

const EvaluationEngine kEvaluationEngine{evaluate_variants, make_predictions, make_saved,
                                         make_of_file,      join_group,       ProcessGroup::leave,
                                         broadcast_text,    prefill_seconds,  generation_seconds};

}  // namespace headscope
