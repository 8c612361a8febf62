#include "core/evaluation/evaluator.h"

#include "core/base/process_rank.h"
#include "core/evaluation/evaluation_engine.h"
#include "core/model/engine_module.h"

namespace headscope {
namespace {

const EvaluationEngine& engine() {
    using Function = const EvaluationEngine*();
    static const EvaluationEngine* const engine =
        reinterpret_cast<Function*>(engine_symbol(kEvaluationEngineSymbol))();
    return *engine;
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

std::string broadcast(const std::string& text) {
    return process_rank().alone() ? text : engine().broadcast(text);
}

EvaluationResult evaluate(const Model& model, const EvaluationParams& params,
                          const ProgressFn& progress, const ScoresFn& partial,
                          const std::stop_token& stop) {
    return engine().evaluate(model, params, progress, partial, stop);
}

}  // namespace headscope
