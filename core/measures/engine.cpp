// The symbol of the engine module that belongs to this folder; see core/evaluation/engine.cpp.

#include "core/measures/measures_engine.h"

extern "C" __attribute__((visibility("default"))) const headscope::MeasuresEngine*
headscope_measures_engine() {
    return &headscope::kMeasuresEngine;
}
