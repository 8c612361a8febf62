#include "core/evaluation/evaluator.h"

#include "core/evaluation/evaluation_engine.h"
#include "core/model/engine_module.h"

namespace headscope {

EvaluationResult evaluate(const Model& model, const EvaluationParams& params,
                          const ProgressFn& progress, const ScoresFn& partial,
                          const std::stop_token& stop) {
    using Function = const EvaluationEngine*();
    static const EvaluationEngine* const engine =
        reinterpret_cast<Function*>(engine_symbol(kEvaluationEngineSymbol))();
    return engine->evaluate(model, params, progress, partial, stop);
}

}  // namespace headscope
