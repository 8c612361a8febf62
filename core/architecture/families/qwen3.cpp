#include "core/architecture/architecture_spec.h"

namespace headscope::families {

/// Qwen3: a norm on each head's query and key.
extern constexpr ArchitectureSpec qwen3{
    .model_type = "qwen3",
    .num_key_value_heads = 32,
    .head_dim = 128,
    .max_position_embeddings = 32768,
    .reads_attention_bias = true,
    .head_norm = HeadNorm::each,
    .sliding = Sliding::by_layer,
};

}  // namespace headscope::families
