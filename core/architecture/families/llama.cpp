#include "core/architecture/architecture_spec.h"

namespace headscope::families {

/// Llama 1 to 3.3, SmolLM, SmolLM2, TinyLlama and many more.
extern constexpr ArchitectureSpec llama{
    .model_type = "llama",
    .reads_attention_bias = true,
    .reads_mlp_bias = true,
};

}  // namespace headscope::families
