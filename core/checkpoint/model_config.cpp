#include "core/checkpoint/model_config.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/checkpoint/config_fields.h"
#include "core/checkpoint/model_family.h"

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
    // "swish" is another name of the same.
    if (const std::string act = fields.text("hidden_act").value_or("silu");
        act != "silu" && act != "swish") {
        fail(ErrorCode::unsupported, "{} \"{}\" is not supported; supported: silu",
             fields.place("hidden_act"), act);
    }
}

/// Whether a bias is there. One that the family's own code has no place for would be lost.
bool read_bias(const ConfigFields& fields, const char* key, const ModelFamily& family,
               bool is_read) {
    const bool wanted = fields.flag(key).value_or(false);
    if (wanted && !is_read) {
        fail(ErrorCode::unsupported, "{} true is not supported in a model of type {}",
             fields.place(key), family.model_type);
    }
    return wanted;
}

void read_biases(const ConfigFields& fields, const ModelFamily& family, ModelConfig& config) {
    const bool attention = read_bias(fields, "attention_bias", family,
                                     family.reads_attention_bias || family.has_qkv_bias);
    config.qkv_bias = attention || family.has_qkv_bias;
    config.o_bias = attention && family.reads_attention_bias;
    config.mlp_bias = read_bias(fields, "mlp_bias", family, family.reads_mlp_bias);
}

/// Heads, KV heads and the size of a head, which must fit each other.
void read_attention(const ConfigFields& fields, const ModelFamily& family, ModelConfig& config) {
    config.num_attention_heads = fields.required_integer("num_attention_heads", 1, kMaxSize);
    const std::int64_t heads = config.num_attention_heads;
    const bool as_many = family.num_key_value_heads == 0 || fields.is_null("num_key_value_heads");
    config.num_key_value_heads = fields.integer("num_key_value_heads", 1, kMaxSize)
                                     .value_or(as_many ? heads : family.num_key_value_heads);
    if (heads % config.num_key_value_heads != 0) {
        fail(ErrorCode::bad_input, "{} is {}, but must divide num_attention_heads ({})",
             fields.place("num_key_value_heads"), config.num_key_value_heads, heads);
    }
    auto head_dim = fields.integer("head_dim", 1, kMaxSize);
    if (!head_dim && family.head_dim != 0) head_dim = family.head_dim;
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

/// The heads of each layer of a model that lost some, none where the model lost none.
std::vector<HeadCounts> read_layer_heads(const ConfigFields& fields, const ModelConfig& config) {
    constexpr const char* kKey = "headscope_heads";
    const auto rows = fields.integer_rows(kKey, 1, kMaxSize);
    if (!rows) {
        if (is_compact_model_type(fields)) fields.fail_missing(kKey);
        return {};
    }
    if (!is_compact_model_type(fields)) {
        fail(ErrorCode::bad_input,
             "{} is only read where model_type begins with {}; take the config.json that belongs "
             "to the model",
             fields.place(kKey), kCompactPrefix);
    }
    if (rows->size() != static_cast<std::size_t>(config.num_hidden_layers)) {
        fail(ErrorCode::bad_input, "{} has {} entries, but num_hidden_layers is {}",
             fields.place(kKey), rows->size(), config.num_hidden_layers);
    }
    std::vector<HeadCounts> layers;
    for (const std::vector<std::int64_t>& row : *rows) {
        if (row.size() != 2 || row[0] > config.num_attention_heads ||
            row[1] > config.num_key_value_heads || row[0] % row[1] != 0) {
            fail(ErrorCode::bad_input,
                 "{}: the entry of layer {} must be [heads, kv_heads], of which the second divides "
                 "the first, and at most [{}, {}]",
                 fields.place(kKey), layers.size(), config.num_attention_heads,
                 config.num_key_value_heads);
        }
        layers.push_back({row[0], row[1]});
    }
    return layers;
}

/// What the config says of the dtype, in whatever spelling; the tensors know their own.
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
    const ConfigFields fields(parsed, source);
    ModelConfig config;
    // The model type comes first: whoever opens a model of another family wants to read just that.
    const ModelFamily& family = read_model_family(fields);
    config.model_type = family.model_type;
    refuse_unsupported(fields);
    config.hidden_size = fields.required_integer("hidden_size", 1, kMaxSize);
    config.intermediate_size = fields.required_integer("intermediate_size", 1, kMaxSize);
    config.num_hidden_layers = fields.required_integer("num_hidden_layers", 1, kMaxLayers);
    config.vocab_size = fields.required_integer("vocab_size", 1, kMaxSize);
    // What is absent has the value of the config class of the model's type in transformers.
    config.max_position_embeddings = fields.integer("max_position_embeddings", 1, kMaxSize)
                                         .value_or(family.max_position_embeddings);
    read_attention(fields, family, config);
    config.layer_heads = read_layer_heads(fields, config);
    read_biases(fields, family, config);
    config.qk_norm = family.has_qk_norm;
    config.sliding_windows = read_sliding_windows(fields, family, config.num_hidden_layers);
    config.rope = read_rope_config(fields, config.head_dim, config.max_position_embeddings);
    config.dtype = read_dtype(fields);
    config.rms_norm_eps = fields.positive("rms_norm_eps").value_or(1e-6);
    config.tie_word_embeddings = fields.flag("tie_word_embeddings").value_or(false);
    if (const auto bos = fields.integer("bos_token_id", 0, config.vocab_size - 1)) {
        config.bos_token_id = static_cast<std::int32_t>(*bos);
    }
    return config;
}

}  // namespace headscope
