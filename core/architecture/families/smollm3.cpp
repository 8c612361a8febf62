#include "core/architecture/config_fields.h"
#include "core/architecture/model_config.h"

namespace headscope::families {
namespace {

/// `no_rope_layers` has 1 for a layer that rotates; absent, every fourth does not.
void read(const ConfigFields& fields, ModelConfig& config) {
    const auto layers = static_cast<std::size_t>(config.num_hidden_layers);
    if (const auto listed = fields.flags("no_rope_layers")) {
        fields.require_count("no_rope_layers", listed->size(), layers);
        config.no_rope = *listed;
        config.no_rope.flip();
        return;
    }
    const auto interval = fields.integer("no_rope_layer_interval", 1, 10'000).value_or(4);
    for (std::size_t layer = 0; layer < layers; ++layer)
        config.no_rope.push_back((layer + 1) % static_cast<std::size_t>(interval) == 0);
}

}  // namespace

/// SmolLM3: layers without rotary embedding (NoPE).
extern constexpr ArchitectureSpec smollm3{
    .model_type = "smollm3",
    .vocab_size = 128256,
    .num_attention_heads = 16,
    .num_key_value_heads = 4,
    .max_position_embeddings = 32768,
    .rope_theta = 2'000'000.0,
    .tie_word_embeddings = true,
    .reads_attention_bias = true,
    .sliding = Sliding::by_layer,
    .reads_mlp_bias = true,
    .read = read,
};

}  // namespace headscope::families
