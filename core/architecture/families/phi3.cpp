#include <array>

#include "core/architecture/architecture_spec.h"

namespace headscope::families {
namespace {

/// Entries of one name are fused.
constexpr std::array kTensors{
    TensorName{Part::q, "model.layers.{layer}.self_attn.qkv_proj.weight",
               "blk.{layer}.attn_qkv.weight"},
    TensorName{Part::k, "model.layers.{layer}.self_attn.qkv_proj.weight",
               "blk.{layer}.attn_qkv.weight"},
    TensorName{Part::v, "model.layers.{layer}.self_attn.qkv_proj.weight",
               "blk.{layer}.attn_qkv.weight"},
    TensorName{Part::gate, "model.layers.{layer}.mlp.gate_up_proj.weight",
               "blk.{layer}.ffn_up.weight"},
    TensorName{Part::up, "model.layers.{layer}.mlp.gate_up_proj.weight",
               "blk.{layer}.ffn_up.weight"},
};

}  // namespace

/// Phi-3, Phi-3.5, Phi-4 and Phi-4-mini: fused projections, partial rotary embedding, LongRoPE.
extern constexpr ArchitectureSpec phi3{
    .model_type = "phi3",
    .vocab_size = 32064,
    .num_attention_heads = 32,
    .max_position_embeddings = 4096,
    .rms_norm_eps = 1e-5,
    .partial_rotary_factor = 1.0,
    .sliding = Sliding::always,
    .sliding_window = 0,
    .tensors = kTensors,
};

}  // namespace headscope::families
