#include "core/architecture/architecture_spec.h"

namespace headscope::families {

/// Mistral 7B, Nemo, Small 2.
extern constexpr ArchitectureSpec mistral{
    .model_type = "mistral",
    .num_key_value_heads = 8,
    .max_position_embeddings = 131072,
    .sliding = Sliding::always,
};

}  // namespace headscope::families
