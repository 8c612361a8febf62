#include <array>
#include <cmath>

#include "core/architecture/config_fields.h"
#include "core/architecture/model_config.h"
#include "core/architecture/rope_config.h"

namespace headscope::families {
namespace {

/// Each expert by itself, whatever stacks them in the files: see packed_experts.h.
constexpr std::array kTensors{
    TensorName{Part::router, "model.layers.{layer}.mlp.router.weight",
               "blk.{layer}.ffn_gate_inp.weight"},
    TensorName{Part::router_bias, "model.layers.{layer}.mlp.router.bias",
               "blk.{layer}.ffn_gate_inp.bias"},
    TensorName{Part::gate, "model.layers.{layer}.mlp.experts.{expert}.gate_proj.weight",
               "blk.{layer}.ffn_gate_exps.weight"},
    TensorName{Part::up, "model.layers.{layer}.mlp.experts.{expert}.up_proj.weight",
               "blk.{layer}.ffn_up_exps.weight"},
    TensorName{Part::down, "model.layers.{layer}.mlp.experts.{expert}.down_proj.weight",
               "blk.{layer}.ffn_down_exps.weight"},
    TensorName{Part::gate_bias, "model.layers.{layer}.mlp.experts.{expert}.gate_proj.bias",
               "blk.{layer}.ffn_gate_exps.bias"},
    TensorName{Part::up_bias, "model.layers.{layer}.mlp.experts.{expert}.up_proj.bias",
               "blk.{layer}.ffn_up_exps.bias"},
    TensorName{Part::down_bias, "model.layers.{layer}.mlp.experts.{expert}.down_proj.bias",
               "blk.{layer}.ffn_down_exps.bias"},
};

void read(const ConfigFields& fields, ModelConfig& config) {
    config.qkv_bias = config.o_bias = fields.flag("attention_bias").value_or(true);
    config.mlp_bias = true;
    config.experts.count = fields.integer("num_local_experts", 1, 10'000).value_or(128);
    config.experts.per_token =
        fields.integer("num_experts_per_tok", 1, config.experts.count).value_or(4);
    config.experts.router_bias = true;
    if (fields.object("rope_scaling") || fields.object("rope_parameters")) return;
    config.rope.type = RopeType::yarn;
    config.rope.factor = 32.0;
    config.rope.original_max_position_embeddings = 4096;
    config.rope.truncate = false;
    config.rope.attention_factor = 0.1 * std::log(32.0) + 1.0;
}

}  // namespace

/// gpt-oss: a sink for each head, biases everywhere, experts, every second layer slides.
extern constexpr ArchitectureSpec gpt_oss{
    .model_type = "gpt_oss",
    .vocab_size = 201088,
    .num_attention_heads = 64,
    .num_key_value_heads = 8,
    .head_dim = 64,
    .max_position_embeddings = 131072,
    .rms_norm_eps = 1e-5,
    .rope_theta = 150'000.0,
    .sinks = true,
    .sliding = Sliding::listed,
    .sliding_window = 128,
    .sliding_period = 2,
    .activation = Activation::clamped,
    .stacked_experts = true,
    .tensors = kTensors,
    .read = read,
};

}  // namespace headscope::families
