#include "core/evaluation/evaluator.h"

#include <utility>

#include "core/base/process_rank.h"
#include "core/evaluation/evaluation_engine.h"
#include "core/evaluation/logits_file.h"
#include "core/model/engine_module.h"

namespace headscope {
namespace {

const EvaluationEngine& engine() {
    return engine_table<EvaluationEngine>(kEvaluationEngineSymbol);
}

}  // namespace

void join_processes() {
    if (!process_rank().alone()) engine().join();
}

void leave_processes() {
    if (!process_rank().alone()) engine().leave();
}

std::shared_ptr<PredictionBase> predictions_of(const Model& model, const Windows& windows) {
    return engine().predictions(model, windows);
}

std::shared_ptr<PredictionBase> predictions_to_file(const Model& model, const Windows& windows,
                                                    std::shared_ptr<LogitsWriter> writer) {
    return engine().to_file(model, windows, std::move(writer));
}

std::shared_ptr<PredictionBase> predictions_of_file(std::shared_ptr<const LogitsFile> file) {
    return engine().of_file(std::move(file));
}

Scores with_file_first(const LogitsFile& file, const Scores& compared) {
    const LogitsFileShape& shape = file.shape();
    const std::vector<std::int32_t> tokens = file.tokens();
    std::vector<WindowScore> base(compared.done.size());
    for (std::int64_t window = 0; window < shape.windows; ++window) {
        if (compared.done[static_cast<std::size_t>(window)] == 0) continue;
        TokenScores scores;
        WindowScore& sum = base[static_cast<std::size_t>(window)];
        for (std::int64_t i = 0; i < shape.predictions(); ++i) {
            const auto target =
                tokens[static_cast<std::size_t>(window * shape.window + shape.window / 2 + 1 + i)];
            const FilePrediction found = prediction_of(file.row(window, i), target);
            scores.nll.push_back(static_cast<float>(found.nll));
            scores.correct.push_back(found.top == target ? 1 : 0);
            sum.nll += found.nll;
            sum.correct += scores.correct.back();
        }
        sum.tokens = std::make_shared<const TokenScores>(std::move(scores));
    }
    Scores all = compared;
    all.values.insert(all.values.begin(), std::move(base));
    return all;
}

std::string broadcast(const std::string& text) {
    return process_rank().alone() ? text : engine().broadcast(text);
}

EvaluationResult evaluate(const Model& model, const EvaluationParams& params,
                          const ProgressFn& progress, const ScoresFn& partial,
                          const std::stop_token& stop) {
    return engine().evaluate(model, params, progress, partial, stop);
}

}  // namespace headscope
