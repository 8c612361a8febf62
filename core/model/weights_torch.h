#pragma once

#include <ATen/core/Tensor.h>

#include "core/checkpoint/checkpoint.h"
#include "core/merging/merge_plan.h"

namespace headscope {

/// How weights are held for a computation.
struct WeightFormat {
    at::ScalarType compute;  ///< dtype of the activations: weights are rounded to it
    at::ScalarType storage;  ///< dtype they are held in, wider where products of `compute` are slow
    c10::Device device;
};

/// The part of a layer that merging changes. Projections that read the same input are held as one.
struct AttentionWeights {
    at::Tensor qkv;         ///< [(heads + 2 kv_heads) * head_dim, hidden]
    at::Tensor o;           ///< [hidden, heads * head_dim]
    at::Tensor qkv_bias{};  ///< [(heads + 2 kv_heads) * head_dim]; undefined where there is none
    at::Tensor o_bias{};    ///< [hidden]; undefined where there is none
};

/// Biases and the norms of the heads are undefined where the model has none. Biases are held as the
/// matrices are.
struct LayerWeights {
    at::Tensor input_norm;  ///< [hidden], float32
    AttentionWeights attention;
    at::Tensor q_norm;               ///< [head_dim], float32, the same for all heads
    at::Tensor k_norm;               ///< [head_dim], float32, the same for all KV heads
    at::Tensor post_attention_norm;  ///< [hidden], float32
    at::Tensor gate_up;              ///< [2 * intermediate, hidden]
    at::Tensor gate_up_bias;         ///< [2 * intermediate]
    at::Tensor down;                 ///< [hidden, intermediate]
    at::Tensor down_bias;            ///< [hidden]
};

/// What stands before and after the layers.
struct OuterWeights {
    at::Tensor embeddings;  ///< [vocab, hidden], in the compute dtype
    at::Tensor final_norm;  ///< [hidden], float32
    at::Tensor output;      ///< [vocab, hidden]
};

/// Copies weights out of the mapped files.
LayerWeights load_layer(const Checkpoint& checkpoint, int layer, const WeightFormat& format);
OuterWeights load_outer(const Checkpoint& checkpoint, const WeightFormat& format);

/// The attention weights under `merge`: means in float32, then rounded to the compute dtype.
AttentionWeights merge_attention(const AttentionWeights& original, const LayerMerge& merge,
                                 const ModelConfig& config, const WeightFormat& format);

}  // namespace headscope
