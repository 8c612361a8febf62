#pragma once

#include <cstdint>
#include <vector>

#include <ATen/core/Tensor.h>

#include "core/model/loaded_model_torch.h"

namespace headscope {

/// A layer of a variant in training: its refitted output weights, and V where merging left every
/// KV head its own (merged KV heads would become two again). Leaves of autograd, in float32. To be
/// made and used outside of inference mode.
class TrainedLayer {
  public:
    /// `merge` with refitted weights, of the attention, the MLP or both.
    TrainedLayer(const LoadedModel& model, int layer, const LayerMerge& merge);

    /// The layer's weights as it computes with them: rounded to the model's types, with gradients
    /// where they are enabled.
    [[nodiscard]] AttentionWeights attention() const;

    /// What is trained.
    [[nodiscard]] std::vector<at::Tensor> parameters() const;

    /// Takes away the gradients of columns that must stay zero.
    void mask_gradients() const;

    /// The merge with the weights of now.
    [[nodiscard]] LayerMerge merge() const;

  private:
    /// A projection in training; undefined where it is not.
    struct Projection {
        at::Tensor weight;  ///< [rows, columns]
        at::Tensor bias;    ///< [rows]
    };
    static Projection projection(const FittedWeights* weights, const c10::Device& device);
    [[nodiscard]] Projection values() const;

    WeightFormat format_;
    LayerMerge merge_;
    AttentionWeights fixed_;  ///< with the merge's weights
    Projection output_;
    Projection mlp_;
    std::int64_t first_value_ = 0;  ///< row of V in the layer's Q, K and V
    Projection values_;
    at::Tensor writing_;  ///< [heads * head_dim]: 1 for columns of heads that write, otherwise 0
};

}  // namespace headscope
