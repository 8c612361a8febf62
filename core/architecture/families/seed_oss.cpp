#include "core/architecture/config_fields.h"
#include "core/architecture/model_config.h"

namespace headscope::families {
namespace {

void read(const ConfigFields& fields, ModelConfig& config) {
    config.qkv_bias = fields.flag("attention_bias").value_or(true);
    config.o_bias = fields.flag("attention_out_bias").value_or(false);
}

}  // namespace

/// Seed-OSS: Llama whose output projection has a bias of its own choice.
extern constexpr ArchitectureSpec seed_oss{
    .model_type = "seed_oss",
    .vocab_size = 155136,
    .num_attention_heads = 80,
    .num_key_value_heads = 8,
    .head_dim = 128,
    .max_position_embeddings = 524288,
    .reads_mlp_bias = true,
    .read = read,
};

}  // namespace headscope::families
