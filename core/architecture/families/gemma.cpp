#include <array>
#include <cmath>

#include "core/architecture/config_fields.h"
#include "core/architecture/model_config.h"

namespace headscope::families {
namespace {

constexpr std::array kTensors{
    TensorName{Part::mlp_norm, "model.layers.{layer}.pre_feedforward_layernorm.weight",
               "blk.{layer}.ffn_norm.weight"},
};

/// A cap that is absent has the architecture's value; null or 0 is none.
double cap(const ConfigFields& fields, const char* key, double usual) {
    if (fields.is_null(key)) return 0.0;
    return fields.non_negative(key).value_or(usual);
}

void read(const ConfigFields& fields, ModelConfig& config, double attention_cap,
          double logits_cap) {
    config.scales.embedding = std::sqrt(static_cast<double>(config.hidden_size));
    config.scales.attention =
        1.0 / std::sqrt(fields.positive("query_pre_attn_scalar").value_or(256.0));
    config.scales.attention_cap = cap(fields, "attn_logit_softcapping", attention_cap);
    config.scales.logits_cap = cap(fields, "final_logit_softcapping", logits_cap);
    if (fields.flag("use_bidirectional_attention").value_or(false))
        fields.refuse("use_bidirectional_attention", "true", "false");
}

void read_gemma2(const ConfigFields& fields, ModelConfig& config) {
    read(fields, config, 50.0, 30.0);
}

void read_gemma3(const ConfigFields& fields, ModelConfig& config) {
    read(fields, config, 0.0, 0.0);
}

}  // namespace

/// Gemma 2: norms before and behind each part, caps on scores and logits, every second layer
/// slides.
extern constexpr ArchitectureSpec gemma2{
    .model_type = "gemma2",
    .vocab_size = 256000,
    .num_attention_heads = 8,
    .num_key_value_heads = 4,
    .head_dim = 256,
    .max_position_embeddings = 8192,
    .tie_word_embeddings = true,
    .reads_attention_bias = true,
    .sliding = Sliding::listed,
    .sliding_period = 2,
    .norms = {.before = true, .after = true, .plus_one = true},
    .activation_field = "hidden_activation",
    .activation = Activation::gelu_tanh,
    .tensors = kTensors,
    .read = read_gemma2,
};

/// Gemma 3, by itself or inside a multimodal model: a norm on each head's query and key, five of
/// six layers slide, with a rotary base of their own.
extern constexpr ArchitectureSpec gemma3_text{
    .model_type = "gemma3_text",
    .vocab_size = 262208,
    .num_attention_heads = 8,
    .num_key_value_heads = 4,
    .head_dim = 256,
    .max_position_embeddings = 131072,
    .rope_theta = 1'000'000.0,
    .sliding_rope_theta = 10'000.0,
    .tie_word_embeddings = true,
    .reads_attention_bias = true,
    .head_norm = HeadNorm::each,
    .sliding = Sliding::listed,
    .sliding_period = 6,
    .norms = {.before = true, .after = true, .plus_one = true},
    .activation_field = "hidden_activation",
    .activation = Activation::gelu_tanh,
    .tensors = kTensors,
    .read = read_gemma3,
};

}  // namespace headscope::families
