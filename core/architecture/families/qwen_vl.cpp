#include "core/architecture/architecture_spec.h"

// Over text alone the three axes of the rotary embedding (`mrope`) have the same positions, so that
// it is the usual one.
namespace headscope::families {

/// The text part of Qwen2-VL, and its config of before there was a part for text.
extern constexpr ArchitectureSpec qwen2_vl{
    .model_type = "qwen2_vl",
    .num_key_value_heads = 8,
    .max_position_embeddings = 32768,
    .rms_norm_eps = 1e-5,
    .rope_theta = 1'000'000.0,
    .qkv_bias = true,
    .sliding = Sliding::by_layer,
};

constexpr ArchitectureSpec named(ArchitectureSpec spec, std::string_view model_type) {
    spec.model_type = model_type;
    return spec;
}

extern constexpr ArchitectureSpec qwen2_vl_text = named(qwen2_vl, "qwen2_vl_text");

/// The same of Qwen2.5-VL.
extern constexpr ArchitectureSpec qwen2_5_vl = named(qwen2_vl, "qwen2_5_vl");
extern constexpr ArchitectureSpec qwen2_5_vl_text = named(qwen2_vl, "qwen2_5_vl_text");

/// The text part of Qwen3-VL: Qwen3.
extern constexpr ArchitectureSpec qwen3_vl_text{
    .model_type = "qwen3_vl_text",
    .num_key_value_heads = 32,
    .head_dim = 128,
    .max_position_embeddings = 128000,
    .rope_theta = 500'000.0,
    .reads_attention_bias = true,
    .head_norm = HeadNorm::each,
};

}  // namespace headscope::families
