#include "core/architecture/architecture_spec.h"

namespace headscope::families {

/// Qwen2, Qwen2.5: a bias on q, k and v.
extern constexpr ArchitectureSpec qwen2{
    .model_type = "qwen2",
    .num_key_value_heads = 32,
    .max_position_embeddings = 32768,
    .qkv_bias = true,
    .sliding = Sliding::by_layer,
};

}  // namespace headscope::families
