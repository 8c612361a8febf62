// The symbols of the engine module, which core/model/engine_module.cpp opens.

#include "core/evaluation/evaluation_engine.h"
#include "core/model/model_engine.h"

#define HEADSCOPE_EXPORT extern "C" __attribute__((visibility("default")))

HEADSCOPE_EXPORT const headscope::ModelEngine* headscope_model_engine() {
    return &headscope::kModelEngine;
}

HEADSCOPE_EXPORT const headscope::EvaluationEngine* headscope_evaluation_engine() {
    return &headscope::kEvaluationEngine;
}
