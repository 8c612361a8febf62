#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace headscope {

class ConfigFields;
struct ModelConfig;

/// What a tensor is to a model, whatever its name in the file. A projection of [out, in] features
/// is stored as [out, in] and applied as x W^T + bias.
enum class Part {
    // outside the layers
    embeddings,  ///< [vocab, hidden]
    final_norm,  ///< [hidden]
    output,      ///< [vocab, hidden]
    // attention
    attention_norm,         ///< [hidden]: before it
    q,                      ///< [heads * head_dim, hidden]
    k,                      ///< [kv_heads * head_dim, hidden]
    v,                      ///< [kv_heads * head_dim, hidden]
    o,                      ///< [hidden, heads * head_dim]
    q_bias,                 ///< [heads * head_dim]
    k_bias,                 ///< [kv_heads * head_dim]
    v_bias,                 ///< [kv_heads * head_dim]
    o_bias,                 ///< [hidden]
    q_norm,                 ///< [head_dim], or [heads * head_dim] (HeadNorm::all)
    k_norm,                 ///< [head_dim], or [kv_heads * head_dim]
    sinks,                  ///< [heads]
    attention_output_norm,  ///< [hidden]: on what it adds to the residual stream
    // feed-forward
    mlp_norm,         ///< [hidden]
    gate,             ///< [ffn, hidden]; of one expert where there are experts
    up,               ///< [ffn, hidden]
    down,             ///< [hidden, ffn]
    gate_bias,        ///< [ffn]
    up_bias,          ///< [ffn]
    down_bias,        ///< [hidden]
    router,           ///< [experts, hidden]
    router_bias,      ///< [experts]
    mlp_output_norm,  ///< [hidden]
};
inline constexpr int kParts = static_cast<int>(Part::mlp_output_norm) + 1;

/// Where a part lies. "{layer}" and "{expert}" stand for their numbers. Parts of a layer that have
/// the same name are stacked in one tensor, row below row, in the order of Part: a fused projection
/// is entries with one name.
struct TensorName {
    Part part;
    std::string_view hugging_face;
    /// In GGUF; there the experts of a layer lie in one tensor [experts, rows, columns]. Empty:
    /// GGUF has none.
    std::string_view gguf;
};

/// Which heads' queries (and keys) a norm before the rotation spans.
enum class HeadNorm {
    none,
    each,  ///< each head by itself, with one gain for all heads (Qwen3, Gemma 3)
    all,   ///< all heads together, with a gain for each element of each head (OLMo 2)
};

/// What the feed-forward part applies to its gate.
enum class Activation {
    silu,       ///< x sigmoid(x)
    gelu_tanh,  ///< GELU's approximation by tanh
    clamped,    ///< gpt-oss: gate and up clamped, (up + 1) gate sigmoid(1.702 gate)
};

/// Which layers see the last keys only.
enum class Sliding {
    never,     ///< the fields are not read
    always,    ///< all layers, where `sliding_window` is not null
    by_layer,  ///< as `use_sliding_window`, `max_window_layers` and `layer_types` say
    listed,    ///< as `layer_types` says, else all but every `sliding_period`-th layer
};

/// Where a block normalises the residual stream (before a part) and what a part adds to it (after).
struct BlockNorms {
    bool before = true;
    bool after = false;
    bool plus_one = false;  ///< the gain is 1 + weight
};

/// A model type as data: what sets it apart from Llama. Values of absent fields are those of its
/// config class in transformers. A new one is a file in families/ and a line in registry.cpp; see
/// docs/adding-an-architecture.md.
struct ArchitectureSpec {
    std::string_view model_type;  ///< in config.json

    // Values of absent fields; 0: the field must be there, unless something else is said.
    std::int64_t vocab_size = 0;
    std::int64_t num_attention_heads = 0;
    std::int64_t num_key_value_heads = 0;  ///< 0: as many as heads
    std::int64_t head_dim = 0;             ///< 0: hidden_size over num_attention_heads
    std::int64_t max_position_embeddings = 2048;
    double rms_norm_eps = 1e-6;
    double rope_theta = 10000.0;
    double sliding_rope_theta = 0.0;  ///< of layers that slide, where it is another; 0: it is not
    double partial_rotary_factor = 0.0;  ///< 0: the field may only say 1
    bool tie_word_embeddings = false;

    // Attention
    bool qkv_bias = false;              ///< always, whatever the config says
    bool reads_attention_bias = false;  ///< `attention_bias` puts a bias on q, k, v and o
    HeadNorm head_norm = HeadNorm::none;
    bool sinks = false;  ///< a learned logit of each head takes its share of the attention
    Sliding sliding = Sliding::never;
    std::int64_t sliding_window = 4096;  ///< 0: none where the field is absent
    std::int64_t sliding_period = 0;

    // Block
    BlockNorms norms{};
    std::string_view activation_field = "hidden_act";
    Activation activation = Activation::silu;
    bool reads_mlp_bias = false;   ///< `mlp_bias` puts one on the feed-forward projections
    bool stacked_experts = false;  ///< Hugging Face's files stack them as gpt-oss's do

    /// Parts whose names differ from Llama's.
    std::span<const TensorName> tensors{};
    /// Reads the fields that only this model type has, when all others were read.
    void (*read)(const ConfigFields& fields, ModelConfig& config) = nullptr;
};

}  // namespace headscope
