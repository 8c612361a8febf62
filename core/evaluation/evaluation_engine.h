#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "core/evaluation/evaluator.h"

/// What the engine module does for core/evaluation; see core/model/engine_module.h.
namespace headscope {

struct EvaluationEngine {
    EvaluationResult (*evaluate)(const Model& model, const EvaluationParams& params,
                                 const ProgressFn& progress, const ScoresFn& partial,
                                 const std::stop_token& stop) = nullptr;
    std::shared_ptr<PredictionBase> (*predictions)(const Model& model,
                                                   const Windows& windows) = nullptr;
    std::shared_ptr<PredictionBase> (*to_file)(const Model& model, const Windows& windows,
                                               std::shared_ptr<LogitsWriter> writer) = nullptr;
    std::shared_ptr<PredictionBase> (*of_file)(std::shared_ptr<const LogitsFile> file) = nullptr;
    void (*join)() = nullptr;
    void (*leave)() = nullptr;
    std::string (*broadcast)(const std::string& text) = nullptr;
    /// Seconds that reading so many random tokens at once takes, and writing so many.
    double (*prefill)(const Model& model, std::int64_t tokens,
                      const std::stop_token& stop) = nullptr;
    double (*generation)(const Model& model, std::int64_t tokens,
                         const std::stop_token& stop) = nullptr;
};

/// The module's symbol is a function without arguments that returns a `const EvaluationEngine*`.
inline constexpr const char* kEvaluationEngineSymbol = "headscope_evaluation_engine";

/// In the module.
extern const EvaluationEngine kEvaluationEngine;

}  // namespace headscope
