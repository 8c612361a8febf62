#include "core/architecture/config_fields.h"
#include "core/architecture/model_config.h"

namespace headscope::families {
namespace {

void read(const ConfigFields& fields, ModelConfig& config) {
    config.scales.embedding = fields.positive("embedding_multiplier").value_or(1.0);
    config.scales.attention = fields.positive("attention_multiplier").value_or(1.0);
    config.scales.residual = fields.positive("residual_multiplier").value_or(1.0);
    config.scales.logits = 1.0 / fields.positive("logits_scaling").value_or(1.0);
}

}  // namespace

/// Granite 3 (dense): factors on embeddings, attention, residual stream and logits.
extern constexpr ArchitectureSpec granite{
    .model_type = "granite",
    .vocab_size = 32000,
    .num_attention_heads = 32,
    .reads_attention_bias = true,
    .reads_mlp_bias = true,
    .read = read,
};

}  // namespace headscope::families
