#include "core/architecture/architecture_spec.h"
#include "core/architecture/config_fields.h"
#include "core/architecture/model_config.h"
#include "core/architecture/rope_config.h"
#include "core/base/error.h"

namespace headscope::families {
namespace {

constexpr double kTheta = 1'000'000.0;

/// Queries grow with their position, as in Llama 4; within the original context they do not. The
/// field lies with the rotary parameters, and where those are absent there are usual ones.
void read(const ConfigFields& fields, ModelConfig& config) {
    const auto older = fields.object("rope_scaling");
    const auto newer = fields.object("rope_parameters");
    const auto& rope = older && !older->empty() ? older : newer;
    if (!rope || rope->empty()) {
        config.rope = {.type = RopeType::yarn,
                       .theta = kTheta,
                       .factor = 16.0,
                       .original_max_position_embeddings = 16384};
        config.scales.query_growth = 0.1;
    } else {
        config.scales.query_growth = rope->non_negative("llama_4_scaling_beta").value_or(0.0);
    }
    config.scales.query_period = config.rope.original_max_position_embeddings;
    if (config.scales.query_growth > 0.0 && config.scales.query_period == 0) {
        fail(ErrorCode::bad_input,
             "{}: llama_4_scaling_beta needs original_max_position_embeddings beside it",
             fields.place("rope_parameters"));
    }
}

}  // namespace

/// Ministral 8B of 2024: Mistral whose layers may differ.
extern constexpr ArchitectureSpec ministral{
    .model_type = "ministral",
    .vocab_size = 32000,
    .num_attention_heads = 32,
    .num_key_value_heads = 8,
    .max_position_embeddings = 131072,
    .sliding = Sliding::listed,
};

/// Ministral 3, the text part of Mistral 3 of 2025.
extern constexpr ArchitectureSpec ministral3{
    .model_type = "ministral3",
    .vocab_size = 131072,
    .num_attention_heads = 32,
    .num_key_value_heads = 8,
    .head_dim = 128,
    .max_position_embeddings = 262144,
    .rms_norm_eps = 1e-5,
    .rope_theta = kTheta,
    .sliding = Sliding::always,
    .sliding_window = 0,
    .read = read,
};

}  // namespace headscope::families
