#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/checkpoint/dtype.h"

namespace headscope {

/// How the rotary frequencies are scaled for long contexts.
enum class RopeType { standard, linear, llama3 };

/// Rotary position embedding (arXiv:2104.09864) with the scaling of later models.
struct RopeConfig {
    RopeType type = RopeType::standard;
    double theta = 10000.0;
    double factor = 1.0;                                ///< linear, llama3
    double low_freq_factor = 1.0;                       ///< llama3
    double high_freq_factor = 4.0;                      ///< llama3
    std::int64_t original_max_position_embeddings = 0;  ///< llama3, tokens
};

/// The shape of a Llama-family model, in the names of Hugging Face's config.json.
struct ModelConfig {
    std::string model_type;
    std::int64_t hidden_size = 0;
    std::int64_t intermediate_size = 0;
    std::int64_t num_hidden_layers = 0;
    std::int64_t num_attention_heads = 0;
    std::int64_t num_key_value_heads = 0;
    std::int64_t head_dim = 0;
    std::int64_t vocab_size = 0;
    std::int64_t max_position_embeddings = 0;  ///< tokens
    double rms_norm_eps = 0.0;
    RopeConfig rope;
    bool tie_word_embeddings = false;
    bool qkv_bias = false;  ///< the projections to q, k and v have one
    bool o_bias = false;    ///< the attention's output projection has one
    bool mlp_bias = false;  ///< the three projections of the feed-forward part have one
    bool qk_norm = false;   ///< each head's query and key are normalised before the rotation
    /// Keys that a query sees, its own the last, for each layer; 0: all up to it. Empty where no
    /// layer slides.
    std::vector<std::int64_t> sliding_windows;
    std::optional<std::int32_t> bos_token_id;
    DType dtype = DType::f32;  ///< what the config names; a tensor's own dtype rules

    /// Heads that one KV head serves.
    [[nodiscard]] std::int64_t heads_per_kv_head() const {
        return num_attention_heads / num_key_value_heads;
    }

    /// Keys that a query of `layer` sees, its own the last; 0: all up to it.
    [[nodiscard]] std::int64_t sliding_window(int layer) const {
        return sliding_windows.empty() ? 0 : sliding_windows[static_cast<std::size_t>(layer)];
    }
};

/// Reads config.json in the older style (`rope_theta`, `rope_scaling`, `torch_dtype`) and the newer
/// (`rope_parameters`, `dtype`). `source` is the file's name for error texts.
/// Throws Error(bad_input) for a missing, mistyped or impossible field and Error(unsupported) for a
/// model type, activation, bias or rotary scaling that Headscope cannot run; both name the field.
ModelConfig parse_model_config(std::string_view json_text, std::string_view source);

}  // namespace headscope
