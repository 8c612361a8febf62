#include "core/architecture/architecture_spec.h"

namespace headscope::families {

/// OLMo 2: norms behind each part only, and one over the queries (and the keys) of all heads.
extern constexpr ArchitectureSpec olmo2{
    .model_type = "olmo2",
    .vocab_size = 50304,
    .num_attention_heads = 32,
    .rms_norm_eps = 1e-5,
    .reads_attention_bias = true,
    .head_norm = HeadNorm::all,
    .norms = {.before = false, .after = true},
};

}  // namespace headscope::families
