#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/architecture/architecture_spec.h"
#include "core/architecture/rope_config.h"
#include "core/base/dtype.h"

namespace headscope {

/// The heads of one layer.
struct HeadCounts {
    std::int64_t heads = 0;
    std::int64_t kv_heads = 0;

    /// Heads that one KV head serves.
    [[nodiscard]] std::int64_t heads_per_kv_head() const { return heads / kv_heads; }

    bool operator==(const HeadCounts&) const = default;
};

/// Experts of the feed-forward part: each token goes through the few that a router chooses.
struct ExpertConfig {
    std::int64_t count = 0;      ///< 0: the feed-forward part is one
    std::int64_t per_token = 0;  ///< that each token goes through
    bool normalized = true;      ///< the chosen experts' shares are made to sum to 1
    bool router_bias = false;
};

/// Factors and caps that some architectures put into the forward pass.
struct ScaleConfig {
    double embedding = 1.0;      ///< times the embeddings
    double attention = 0.0;      ///< times q k^T; 0: 1 / sqrt(head_dim)
    double residual = 1.0;       ///< times what a part adds to the residual stream
    double logits = 1.0;         ///< times the logits
    double attention_cap = 0.0;  ///< c: scores become c tanh(score / c); 0: none
    double logits_cap = 0.0;     ///< the same for the logits
    /// b: queries at position p are multiplied by 1 + b log(1 + floor(p / query_period)).
    double query_growth = 0.0;
    std::int64_t query_period = 0;  ///< tokens
};

/// The shape of a model, in the names of Hugging Face's config.json.
struct ModelConfig {
    const ArchitectureSpec* architecture = nullptr;  ///< one of architectures(); never null
    std::string model_type;
    std::int64_t hidden_size = 0;
    std::int64_t intermediate_size = 0;
    std::int64_t num_hidden_layers = 0;
    std::int64_t num_attention_heads = 0;  ///< of a layer that lost none: see heads_of
    std::int64_t num_key_value_heads = 0;  ///< likewise
    /// The heads of each layer, where duplicates were removed for good (`headscope_heads`); empty
    /// where all layers have the numbers above.
    std::vector<HeadCounts> layer_heads;
    std::int64_t head_dim = 0;
    std::int64_t vocab_size = 0;
    std::int64_t max_position_embeddings = 0;  ///< tokens
    double rms_norm_eps = 0.0;
    RopeConfig rope;
    std::optional<RopeConfig> sliding_rope;  ///< of layers that slide, where it is another
    std::vector<bool> no_rope;  ///< layers whose queries and keys are not rotated; empty: none
    bool tie_word_embeddings = false;
    bool qkv_bias = false;  ///< the projections to q, k and v have one
    bool o_bias = false;    ///< the attention's output projection has one
    bool mlp_bias = false;  ///< the three projections of the feed-forward part have one
    HeadNorm head_norm = HeadNorm::none;  ///< of queries and keys, before the rotation
    BlockNorms norms;
    Activation activation = Activation::silu;
    ExpertConfig experts;
    ScaleConfig scales;
    /// Keys that a query sees, its own the last, for each layer; 0: all up to it. Empty where no
    /// layer slides.
    std::vector<std::int64_t> sliding_windows;
    std::optional<std::int32_t> bos_token_id;
    DType dtype = DType::f32;  ///< what the config names; a tensor's own dtype rules

    /// The heads that `layer` has.
    [[nodiscard]] HeadCounts heads_of(int layer) const {
        return layer_heads.empty() ? HeadCounts{num_attention_heads, num_key_value_heads}
                                   : layer_heads[static_cast<std::size_t>(layer)];
    }

    /// The most heads and the most KV heads of any layer.
    [[nodiscard]] HeadCounts most_heads() const;

    /// Keys that a query of `layer` sees, its own the last; 0: all up to it.
    [[nodiscard]] std::int64_t sliding_window(int layer) const {
        return sliding_windows.empty() ? 0 : sliding_windows[static_cast<std::size_t>(layer)];
    }

    /// The rotary embedding of `layer`; null where it has none.
    [[nodiscard]] const RopeConfig* rope_of(int layer) const {
        if (!no_rope.empty() && no_rope[static_cast<std::size_t>(layer)]) return nullptr;
        return sliding_rope && sliding_window(layer) > 0 ? &*sliding_rope : &rope;
    }

    /// The longest window that the model can be asked to read, tokens: what it was made for, or
    /// what its rotary scaling stretches that to. Checkpoints with linear, dynamic or yarn scaling
    /// often keep the length from before in max_position_embeddings.
    [[nodiscard]] std::int64_t longest_window() const;
};

/// Reads config.json of any of architectures(), in the older style (`rope_theta`, `rope_scaling`,
/// `torch_dtype`) and the newer (`rope_parameters`, `dtype`). Of a multimodal model the text model
/// is read (`text_config`). `source` is the file's name for error texts.
///
/// A model whose duplicate heads were removed has `"model_type": "headscope_llama"` (or another one
/// behind `headscope_`, so that programs that do not know of it refuse it) and
/// `"headscope_heads": [[heads, kv_heads], ...]`, an entry a layer; the other fields are those that
/// the model had before.
///
/// Throws Error(bad_input) for a missing, mistyped or impossible field and Error(unsupported) for a
/// model type, activation, bias, layer type or rotary scaling that Headscope cannot run; both name
/// the field.
ModelConfig parse_model_config(std::string_view json_text, std::string_view source);

}  // namespace headscope
