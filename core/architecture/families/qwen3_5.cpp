#include "core/architecture/compared_only.h"

namespace headscope::families {

/// Three layers of linear attention, then one of full attention, whose heads have a gate each.
ComparedOnly qwen3_5_attention(const ConfigFields& fields, const ModelConfig& config) {
    constexpr std::int64_t kPeriod = 4;
    ComparedOnly only;
    only.reason = "its linear attention (Gated DeltaNet) is not computed";
    only.others = "linear attention";
    only.compared = read_full_attention(
        fields, fields.integer("full_attention_interval", 1, 10'000).value_or(kPeriod), config);
    only.gated = true;
    return only;
}

namespace {

void read(const ConfigFields& fields, ModelConfig& config) {
    set_layer_heads(qwen3_5_attention(fields, config).compared, config);
}

constexpr ArchitectureSpec spec_of(std::string_view model_type, std::int64_t kv_heads) {
    return {
        .model_type = model_type,
        .vocab_size = 248320,
        .num_attention_heads = 16,
        .num_key_value_heads = kv_heads,
        .head_dim = 256,
        .max_position_embeddings = 32768,
        .reads_attention_bias = true,
        .head_norm = HeadNorm::each,
        .norms = {.before = true, .after = false, .plus_one = true},
        .read = read,
    };
}

}  // namespace

/// The text part of Qwen3.5 and Qwen3.6.
extern constexpr ArchitectureSpec qwen3_5_text = spec_of("qwen3_5_text", 4);

/// The same with experts.
extern constexpr ArchitectureSpec qwen3_5_moe_text = spec_of("qwen3_5_moe_text", 2);

/// Its forerunner.
extern constexpr ArchitectureSpec qwen3_next = spec_of("qwen3_next", 2);

}  // namespace headscope::families
