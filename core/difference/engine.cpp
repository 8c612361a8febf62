// The symbol of the engine module that belongs to this folder; see core/evaluation/engine.cpp.

#include "core/difference/difference_engine.h"
#include "core/difference/difference_torch.h"

namespace headscope {

const DifferenceEngine kDifferenceEngine{match_heads, subtract_tensors, score_pair};

}  // namespace headscope

extern "C" __attribute__((visibility("default"))) const headscope::DifferenceEngine*
headscope_difference_engine() {
    return &headscope::kDifferenceEngine;
}
