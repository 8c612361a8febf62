#pragma once

#include <vector>

#include "core/model/model.h"
#include "core/model/weights_torch.h"

namespace headscope {

/// What Model hides.
struct LoadedModel {
    Checkpoint checkpoint;
    WeightFormat format;
    DType dtype;
    int threads;
    OuterWeights outer;
    std::vector<LayerWeights> layers;
};

}  // namespace headscope
