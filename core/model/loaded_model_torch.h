#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/model/boundary_cache_torch.h"
#include "core/model/model.h"
#include "core/model/weights_torch.h"

namespace headscope {

/// What Model hides.
struct LoadedModel {
    Checkpoint checkpoint;
    WeightFormat format;
    DType dtype;
    int threads;
    std::int64_t memory_limit;  ///< bytes of the device's memory to use; 0: what is free
    OuterWeights outer;
    /// Empty where they do not all fit: then each is read whenever it is needed; see LayerSource.
    std::vector<LayerWeights> layers;
    std::shared_ptr<BoundaryCache> boundaries;  ///< of earlier evaluations, for later ones

    [[nodiscard]] bool resident() const { return !layers.empty(); }
};

}  // namespace headscope
