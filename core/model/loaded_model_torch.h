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
    /// Of a model whose layers are not all resident: those that wait in a GPU's memory, of this
    /// device or another one, by layer; empty, or undefined tensors for a layer that is read.
    std::vector<LayerWeights> waiting = {};
    /// The same model on other GPUs, which share the windows of an evaluation.
    std::vector<std::shared_ptr<const LoadedModel>> copies = {};

    [[nodiscard]] bool resident() const { return !layers.empty(); }
};

}  // namespace headscope
