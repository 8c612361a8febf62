#pragma once

#include <vector>

#include <ATen/core/Tensor.h>

#include "core/model/loaded_model_torch.h"

namespace headscope {

/// A layer of a variant whose refitted output weights are trained: leaves of autograd, in float32.
/// To be made and used outside of inference mode.
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
        at::Tensor weight;  ///< [hidden, width]
        at::Tensor bias;    ///< [hidden]
    };
    static Projection projection(const OutputWeights* weights, const c10::Device& device);

    WeightFormat format_;
    LayerMerge merge_;
    AttentionWeights fixed_;  ///< with the merge's weights
    Projection output_;
    Projection mlp_;
    at::Tensor writing_;  ///< [heads * head_dim]: 1 for columns of heads that write, otherwise 0
};

}  // namespace headscope
