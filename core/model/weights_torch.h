#pragma once

#include <optional>

#include <ATen/core/Tensor.h>

#include "core/checkpoint/checkpoint.h"
#include "core/merging/merge_plan.h"
#include "core/model/weight_reader_torch.h"

namespace headscope {

/// The part of a layer that a variant changes. Projections that read the same input are held as
/// one.
struct AttentionWeights {
    at::Tensor qkv;         ///< [(heads + 2 kv_heads) * head_dim, hidden]
    at::Tensor o;           ///< [hidden, heads * head_dim]
    at::Tensor qkv_bias{};  ///< [(heads + 2 kv_heads) * head_dim]; undefined where there is none
    at::Tensor o_bias{};    ///< [hidden]; undefined where there is none
    /// Norms of queries and keys, float32: [head_dim], the same for all heads, or, of all heads
    /// together, [heads * head_dim] and [kv_heads * head_dim]. Undefined where there are none.
    at::Tensor q_norm{};
    at::Tensor k_norm{};
    at::Tensor sinks{};  ///< [heads], float32; undefined where there are none
    /// The output projection of the layer's MLP where a refit changed it, otherwise undefined:
    /// [hidden, intermediate] and [hidden].
    at::Tensor down{};
    at::Tensor down_bias{};
};

/// What the model has none of is undefined. Biases are held as the matrices are. Where the layer
/// has experts, the last four have a first dimension [experts].
struct LayerWeights {
    at::Tensor attention_norm;  ///< [hidden], float32
    AttentionWeights attention;
    at::Tensor attention_output_norm;  ///< [hidden], float32
    at::Tensor mlp_norm;               ///< [hidden], float32
    at::Tensor mlp_output_norm;        ///< [hidden], float32
    at::Tensor router;                 ///< [experts, hidden]
    at::Tensor router_bias;            ///< [experts]
    at::Tensor gate_up;                ///< [2 * intermediate, hidden]
    at::Tensor gate_up_bias;           ///< [2 * intermediate]
    at::Tensor down;                   ///< [hidden, intermediate]
    at::Tensor down_bias;              ///< [hidden]
};

/// What stands before and after the layers.
struct OuterWeights {
    at::Tensor
        embeddings;  ///< [vocab, hidden], in the compute dtype; undefined: see embedding_rows
    at::Tensor final_norm;  ///< [hidden], float32
    at::Tensor output;      ///< [vocab, hidden]
    /// The embeddings where they lie in the file, for models whose weights do not all fit: a window
    /// needs a few of their rows.
    std::optional<TensorRows> embedding_rows;
};

/// Memory for the weights of a layer of so many heads.
LayerWeights allocate_layer(const ModelConfig& config, const HeadCounts& heads,
                            const WeightFormat& format);

/// A layer of so many heads in the memory of one that has as many or more.
LayerWeights layer_within(const LayerWeights& larger, const ModelConfig& config,
                          const HeadCounts& heads);

/// Adds what belongs into `to`, which allocate_layer made, to the reader.
void add_layer(WeightReader& reader, const ModelConfig& config, int layer, LayerWeights& to);

/// Allocates the outer weights and adds them to the reader; without the embeddings where
/// `with_embeddings` is false and the output projection does not need them.
OuterWeights add_outer(WeightReader& reader, const Checkpoint& checkpoint, bool with_embeddings);

/// The attention weights of a layer of so many heads under `merge`: means in float32, then rounded
/// to the compute dtype.
AttentionWeights merge_attention(const AttentionWeights& original, const LayerMerge& merge,
                                 const ModelConfig& config, const HeadCounts& heads,
                                 const WeightFormat& format);

}  // namespace headscope
