#include <array>
#include <string>
#include <vector>

#include "core/architecture/config_fields.h"
#include "core/architecture/model_config.h"

namespace headscope::families {
namespace {

constexpr std::array kTensors{
    TensorName{Part::gate, "model.layers.{layer}.mlp.experts.{expert}.gate_proj.weight",
               "blk.{layer}.ffn_gate_exps.weight"},
    TensorName{Part::up, "model.layers.{layer}.mlp.experts.{expert}.up_proj.weight",
               "blk.{layer}.ffn_up_exps.weight"},
    TensorName{Part::down, "model.layers.{layer}.mlp.experts.{expert}.down_proj.weight",
               "blk.{layer}.ffn_down_exps.weight"},
};

void read(const ConfigFields& fields, ModelConfig& config) {
    constexpr std::int64_t kMaxSize = (std::int64_t{1} << 31) - 1;
    config.experts.count = fields.integer("num_experts", 1, 10'000).value_or(128);
    config.experts.per_token =
        fields.integer("num_experts_per_tok", 1, config.experts.count).value_or(8);
    config.experts.normalized = fields.flag("norm_topk_prob").value_or(false);
    config.intermediate_size = fields.integer("moe_intermediate_size", 1, kMaxSize).value_or(768);
    if (const auto step = fields.integer("decoder_sparse_step", 1, 10'000).value_or(1); step != 1)
        fields.refuse("decoder_sparse_step", std::to_string(step), "1");
    if (!fields.numbers("mlp_only_layers").value_or(std::vector<double>{}).empty())
        fields.refuse("mlp_only_layers", "with layers", "an empty list");
}

}  // namespace

/// Qwen3 with experts.
extern constexpr ArchitectureSpec qwen3_moe{
    .model_type = "qwen3_moe",
    .vocab_size = 151936,
    .num_attention_heads = 32,
    .num_key_value_heads = 4,
    .max_position_embeddings = 32768,
    .reads_attention_bias = true,
    .head_norm = HeadNorm::each,
    .sliding = Sliding::by_layer,
    .tensors = kTensors,
    .read = read,
};

}  // namespace headscope::families
