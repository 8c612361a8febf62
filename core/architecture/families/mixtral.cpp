#include <array>

#include "core/architecture/config_fields.h"
#include "core/architecture/model_config.h"

namespace headscope::families {
namespace {

constexpr std::array kTensors{
    TensorName{Part::router, "model.layers.{layer}.block_sparse_moe.gate.weight",
               "blk.{layer}.ffn_gate_inp.weight"},
    TensorName{Part::gate, "model.layers.{layer}.block_sparse_moe.experts.{expert}.w1.weight",
               "blk.{layer}.ffn_gate_exps.weight"},
    TensorName{Part::up, "model.layers.{layer}.block_sparse_moe.experts.{expert}.w3.weight",
               "blk.{layer}.ffn_up_exps.weight"},
    TensorName{Part::down, "model.layers.{layer}.block_sparse_moe.experts.{expert}.w2.weight",
               "blk.{layer}.ffn_down_exps.weight"},
};

void read(const ConfigFields& fields, ModelConfig& config) {
    config.experts.count = fields.integer("num_local_experts", 1, 10'000).value_or(8);
    config.experts.per_token =
        fields.integer("num_experts_per_tok", 1, config.experts.count).value_or(2);
}

}  // namespace

/// Mixtral: Mistral with experts.
extern constexpr ArchitectureSpec mixtral{
    .model_type = "mixtral",
    .vocab_size = 32000,
    .num_attention_heads = 32,
    .num_key_value_heads = 8,
    .max_position_embeddings = 131072,
    .rms_norm_eps = 1e-5,
    .rope_theta = 1'000'000.0,
    .sliding = Sliding::always,
    .sliding_window = 0,
    .tensors = kTensors,
    .read = read,
};

}  // namespace headscope::families
