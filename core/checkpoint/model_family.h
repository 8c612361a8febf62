#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace headscope {

class ConfigFields;

/// Which layers of a family see only the last keys.
enum class Sliding {
    never,     ///< the fields are not read
    always,    ///< all layers, where `sliding_window` is not null
    by_layer,  ///< as `use_sliding_window`, `max_window_layers` and `layer_types` say
};

/// What sets one model type apart from the others: the parts of its attention, and the values that
/// transformers' config class gives to fields that are absent.
struct ModelFamily {
    std::string_view model_type;
    std::int64_t max_position_embeddings;
    std::int64_t num_key_value_heads;  ///< 0: as many as heads
    std::int64_t head_dim;             ///< 0: hidden_size over num_attention_heads
    bool has_qkv_bias;                 ///< always, whatever the config says
    bool reads_attention_bias;         ///< `attention_bias` puts a bias on q, k, v and o
    bool reads_mlp_bias;               ///< `mlp_bias` puts one on the feed-forward projections
    bool has_qk_norm;
    Sliding sliding;
};

/// What stands in front of a family's model_type where heads of the model were removed.
inline constexpr std::string_view kCompactPrefix = "headscope_";

/// Whether `model_type` is there and begins with kCompactPrefix.
bool is_compact_model_type(const ConfigFields& fields);

/// The family that `model_type` names, with kCompactPrefix or without. Throws Error(unsupported)
/// with the list of those there are.
const ModelFamily& read_model_family(const ConfigFields& fields);

/// Keys that a query of each layer sees, its own the last; 0: all up to it. Empty where no layer
/// slides. Throws Error(bad_input) or Error(unsupported) that names the field.
std::vector<std::int64_t> read_sliding_windows(const ConfigFields& fields,
                                               const ModelFamily& family, std::int64_t layers);

}  // namespace headscope
