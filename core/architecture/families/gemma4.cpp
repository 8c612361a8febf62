#include <string>

#include "core/architecture/compared_only.h"
#include "core/base/error.h"

namespace headscope::families {
namespace {

constexpr std::int64_t kMaxSize = (std::int64_t{1} << 31) - 1;

/// A number of the layers with full attention: in `per_layer_config`, as transformers writes it
/// anew, or else in a field of its own.
std::int64_t of_full_layers(const ConfigFields& fields, const std::vector<bool>& full,
                            const char* in_layer, const char* own_field, std::int64_t usual) {
    if (const auto layers = fields.object("per_layer_config")) {
        for (std::size_t layer = 0; layer < full.size(); ++layer) {
            const auto own =
                full[layer] ? layers->object(std::to_string(layer).c_str()) : std::nullopt;
            if (own && own->has(in_layer)) return own->required_integer(in_layer, 1, kMaxSize);
        }
    }
    return fields.integer(own_field, 1, kMaxSize).value_or(usual);
}

/// Layers at the end use the keys and values of the last one of their kind before them.
std::vector<int> shared_keys(const ConfigFields& fields, const std::vector<bool>& full) {
    const auto layers = static_cast<std::int64_t>(full.size());
    const std::int64_t shared = fields.integer("num_kv_shared_layers", 0, layers).value_or(0);
    std::vector<int> sources;
    int last = -1;
    for (int layer = 0; layer < layers; ++layer) {
        const bool own = layer < layers - shared;
        if (own && full[static_cast<std::size_t>(layer)]) last = layer;
        sources.push_back(own ? layer : last);
    }
    if (shared > 0 && last < 0) {
        fail(ErrorCode::bad_input,
             "{} is {}, but no layer with full attention is left to have keys of its own",
             fields.place("num_kv_shared_layers"), shared);
    }
    return sources;
}

}  // namespace

/// Five layers that slide, then one of full attention with larger heads.
ComparedOnly gemma4_attention(const ConfigFields& fields, const ModelConfig& config) {
    constexpr std::int64_t kPeriod = 6;
    ComparedOnly only;
    only.reason = "its per-layer embeddings, and heads of two sizes, are not computed";
    only.others = "a sliding window and heads of another size";
    only.compared = read_full_attention(fields, kPeriod, config);
    only.keys_are_values = fields.flag("attention_k_eq_v").value_or(false);
    only.key_layers = shared_keys(fields, only.compared);
    return only;
}

namespace {

void read(const ConfigFields& fields, ModelConfig& config) {
    constexpr std::int64_t kHeadDim = 512;
    const ComparedOnly only = gemma4_attention(fields, config);
    config.head_dim =
        of_full_layers(fields, only.compared, "head_dim", "global_head_dim", kHeadDim);
    if (only.keys_are_values) {
        config.num_key_value_heads =
            of_full_layers(fields, only.compared, "num_key_value_heads",
                           "num_global_key_value_heads", config.num_key_value_heads);
    }
    if (config.num_attention_heads % config.num_key_value_heads != 0) {
        fail(ErrorCode::bad_input, "{} is {}, but must divide num_attention_heads ({})",
             fields.place("num_global_key_value_heads"), config.num_key_value_heads,
             config.num_attention_heads);
    }
    set_layer_heads(only.compared, config);
}

}  // namespace

/// The text part of Gemma 4.
extern constexpr ArchitectureSpec gemma4_text{
    .model_type = "gemma4_text",
    .vocab_size = 262144,
    .num_attention_heads = 8,
    .num_key_value_heads = 4,
    .head_dim = 256,
    .max_position_embeddings = 131072,
    .tie_word_embeddings = true,
    .reads_attention_bias = true,
    .head_norm = HeadNorm::each,
    .norms = {.before = true, .after = true, .plus_one = false},
    .read = read,
};

}  // namespace headscope::families
