#include "core/architecture/model_config.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/architecture/compared_only.h"
#include "core/architecture/config_fields.h"
#include "core/architecture/layer_heads.h"
#include "core/architecture/registry.h"
#include "core/architecture/sliding_layers.h"
#include "core/base/error.h"
#include "core/base/json.h"

namespace headscope {
namespace {

/// So large that no model is near it, so small that the product of two sizes fits in 63 bits.
constexpr std::int64_t kMaxSize = (std::int64_t{1} << 31) - 1;
constexpr std::int64_t kMaxLayers = 10'000;

/// Refuses what changes the forward pass in a way that Headscope does not compute.
void refuse_unsupported(const ConfigFields& fields) {
    if (fields.has("quantization_config")) {
        fail(
            ErrorCode::unsupported,
            "{}: quantized checkpoints are not supported; take one in bfloat16, float16 or float32",
            fields.place("quantization_config"));
    }
}

/// Field values and what they mean.
constexpr std::array kActivations{
    std::pair{std::string_view("silu"), Activation::silu},
    std::pair{std::string_view("swish"), Activation::silu},
    std::pair{std::string_view("gelu_pytorch_tanh"), Activation::gelu_tanh},
    std::pair{std::string_view("gelu_tanh"), Activation::gelu_tanh},
};

Activation read_activation(const ConfigFields& fields, const ArchitectureSpec& architecture) {
    const std::string key(architecture.activation_field);
    const auto name = fields.text(key.c_str());
    if (!name || architecture.activation == Activation::clamped) return architecture.activation;
    for (const auto& [known, activation] : kActivations)
        if (*name == known) return activation;
    fail(ErrorCode::unsupported, "{} \"{}\" is not supported; supported: silu, gelu_pytorch_tanh",
         fields.place(key.c_str()), *name);
}

/// Whether a bias is there. One that the family's own code has no place for would be lost.
bool read_bias(const ConfigFields& fields, const char* key, const ArchitectureSpec& architecture,
               bool is_read) {
    const bool wanted = fields.flag(key).value_or(false);
    if (wanted && !is_read) {
        fail(ErrorCode::unsupported, "{} true is not supported in a model of type {}",
             fields.place(key), architecture.model_type);
    }
    return wanted;
}

void read_biases(const ConfigFields& fields, const ArchitectureSpec& architecture,
                 ModelConfig& config) {
    const bool attention = read_bias(fields, "attention_bias", architecture,
                                     architecture.reads_attention_bias || architecture.qkv_bias);
    config.qkv_bias = attention || architecture.qkv_bias;
    config.o_bias = attention && architecture.reads_attention_bias;
    config.mlp_bias = read_bias(fields, "mlp_bias", architecture, architecture.reads_mlp_bias);
}

/// A size that must be there where the architecture has no usual one.
std::int64_t required(const ConfigFields& fields, const char* key, std::int64_t usual) {
    if (usual == 0) return fields.required_integer(key, 1, kMaxSize);
    return fields.integer(key, 1, kMaxSize).value_or(usual);
}

/// Heads, KV heads and the size of a head, which must fit each other.
void read_attention(const ConfigFields& fields, const ArchitectureSpec& architecture,
                    ModelConfig& config) {
    config.num_attention_heads =
        required(fields, "num_attention_heads", architecture.num_attention_heads);
    const std::int64_t heads = config.num_attention_heads;
    const bool as_many =
        architecture.num_key_value_heads == 0 || fields.is_null("num_key_value_heads");
    config.num_key_value_heads = fields.integer("num_key_value_heads", 1, kMaxSize)
                                     .value_or(as_many ? heads : architecture.num_key_value_heads);
    if (heads % config.num_key_value_heads != 0) {
        fail(ErrorCode::bad_input, "{} is {}, but must divide num_attention_heads ({})",
             fields.place("num_key_value_heads"), config.num_key_value_heads, heads);
    }
    auto head_dim = fields.integer("head_dim", 1, kMaxSize);
    if (!head_dim && architecture.head_dim != 0) head_dim = architecture.head_dim;
    if (!head_dim && config.hidden_size % heads != 0) {
        fail(ErrorCode::bad_input,
             "{} is {}, but must divide hidden_size ({}) where head_dim is not given",
             fields.place("num_attention_heads"), heads, config.hidden_size);
    }
    config.head_dim = head_dim.value_or(config.hidden_size / heads);
    if (config.head_dim % 2 != 0) {
        fail(ErrorCode::bad_input,
             "{} is {}, but must be even: rotary embedding turns pairs of elements",
             fields.place("head_dim"), config.head_dim);
    }
    if (heads * config.head_dim > kMaxSize) {
        fail(ErrorCode::bad_input, "{} ({}) times head_dim ({}) must be at most {}",
             fields.place("num_attention_heads"), heads, config.head_dim, kMaxSize);
    }
}

/// What the config says of the dtype, in any spelling; the tensors know their own.
DType read_dtype(const ConfigFields& fields) {
    const std::string name =
        fields.text(fields.has("dtype") ? "dtype" : "torch_dtype").value_or("");
    for (const DType dtype : {DType::bf16, DType::f16}) {
        if (name.ends_with(name_of(dtype))) return dtype;  // "torch.bfloat16" too
    }
    return DType::f32;
}

}  // namespace

HeadCounts ModelConfig::most_heads() const {
    if (layer_heads.empty()) return {num_attention_heads, num_key_value_heads};
    HeadCounts most;
    for (const HeadCounts& layer : layer_heads) {
        most.heads = std::max(most.heads, layer.heads);
        most.kv_heads = std::max(most.kv_heads, layer.kv_heads);
    }
    return most;
}

std::int64_t ModelConfig::longest_window() const {
    switch (rope.type) {
        case RopeType::standard:
        case RopeType::llama3:
        case RopeType::longrope:
            break;
        case RopeType::linear:
        case RopeType::dynamic:
        case RopeType::yarn: {
            const double stretched =
                rope.factor * static_cast<double>(rope.original_max_position_embeddings);
            const double most = std::min(stretched, static_cast<double>(kMaxSize));
            return std::max(max_position_embeddings, static_cast<std::int64_t>(most));
        }
    }
    return max_position_embeddings;
}

ModelConfig parse_model_config(std::string_view json_text, std::string_view source) {
    const nlohmann::json parsed = parse_json(json_text, source);
    if (!parsed.is_object()) {
        fail(ErrorCode::bad_input, "{}: a JSON {}, but a model's config is an object", source,
             parsed.type_name());
    }
    const ConfigFields whole(parsed, source);
    // Of a multimodal model the text is read: its model is described by itself.
    const auto text_config = whole.object("text_config");
    const ConfigFields& fields = text_config ? *text_config : whole;
    ModelConfig config;
    // The model type comes first: whoever opens another model wants to read just that.
    const ArchitectureSpec& architecture =
        read_architecture(fields.has("model_type") ? fields : whole);
    config.architecture = &architecture;
    config.model_type = architecture.model_type;
    refuse_unsupported(whole);
    refuse_unsupported(fields);
    const bool runs = !is_compared_only(architecture);
    if (runs) config.activation = read_activation(fields, architecture);
    config.hidden_size = fields.required_integer("hidden_size", 1, kMaxSize);
    config.intermediate_size = runs ? fields.required_integer("intermediate_size", 1, kMaxSize)
                                    : fields.integer("intermediate_size", 1, kMaxSize).value_or(0);
    config.num_hidden_layers = fields.required_integer("num_hidden_layers", 1, kMaxLayers);
    config.vocab_size = required(fields, "vocab_size", architecture.vocab_size);
    // What is absent has the value of the config class of the model's type in transformers.
    config.max_position_embeddings = fields.integer("max_position_embeddings", 1, kMaxSize)
                                         .value_or(architecture.max_position_embeddings);
    read_attention(fields, architecture, config);
    if (runs) read_layer_heads(fields, config);
    read_biases(fields, architecture, config);
    config.head_norm = architecture.head_norm;
    config.norms = architecture.norms;
    if (runs) {
        config.sliding_windows =
            read_sliding_windows(fields, architecture, config.num_hidden_layers);
        config.rope =
            read_rope_config(fields, architecture, config.head_dim, config.max_position_embeddings);
    }
    if (architecture.sliding_rope_theta > 0.0)
        config.sliding_rope = read_sliding_rope_config(fields, architecture);
    config.dtype = read_dtype(fields.has("dtype") || fields.has("torch_dtype") ? fields : whole);
    config.rms_norm_eps = fields.positive("rms_norm_eps").value_or(architecture.rms_norm_eps);
    config.tie_word_embeddings = (fields.has("tie_word_embeddings") ? fields : whole)
                                     .flag("tie_word_embeddings")
                                     .value_or(architecture.tie_word_embeddings);
    if (const auto bos = (fields.has("bos_token_id") ? fields : whole)
                             .integer("bos_token_id", 0, config.vocab_size - 1)) {
        config.bos_token_id = static_cast<std::int32_t>(*bos);
    }
    if (architecture.read != nullptr) architecture.read(fields, config);
    return config;
}

}  // namespace headscope
