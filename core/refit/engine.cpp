// The symbol of the engine module that belongs to this folder; see core/evaluation/engine.cpp.

#include "core/refit/refit_engine.h"

extern "C" __attribute__((visibility("default"))) const headscope::RefitEngine*
headscope_refit_engine() {
    return &headscope::kRefitEngine;
}
