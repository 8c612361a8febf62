#include "core/checkpoint/model_config.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/checkpoint/config_fields.h"

namespace headscope {
namespace {

/// So large that no model is near it, so small that the product of two sizes fits in 63 bits.
constexpr std::int64_t kMaxSize = (std::int64_t{1} << 31) - 1;
constexpr std::int64_t kMaxLayers = 10'000;

constexpr std::array<std::string_view, 1> kModelTypes{"llama"};

/// The model type comes first: whoever opens a model of another family wants to read just that.
std::string read_model_type(const ConfigFields& fields) {
    const auto type = fields.text("model_type");
    if (!type) fields.fail_missing("model_type");
    if (std::find(kModelTypes.begin(), kModelTypes.end(), *type) == kModelTypes.end()) {
        fail(ErrorCode::unsupported, "{} \"{}\" is not supported; supported: {}",
             fields.place("model_type"), *type, fmt::join(kModelTypes, ", "));
    }
    return *type;
}

/// Refuses what changes the forward pass in a way that Headscope does not compute.
void refuse_unsupported(const ConfigFields& fields) {
    if (fields.has("quantization_config")) {
        fail(
            ErrorCode::unsupported,
            "{}: quantized checkpoints are not supported; take one in bfloat16, float16 or float32",
            fields.place("quantization_config"));
    }
    if (const std::string act = fields.text("hidden_act").value_or("silu"); act != "silu") {
        fail(ErrorCode::unsupported, "{} \"{}\" is not supported; supported: silu",
             fields.place("hidden_act"), act);
    }
    for (const char* bias : {"attention_bias", "mlp_bias"}) {
        if (fields.flag(bias).value_or(false)) {
            fail(ErrorCode::unsupported, "{} true is not supported; supported: false",
                 fields.place(bias));
        }
    }
}

void refuse_partial_rotation(const ConfigFields& fields) {
    if (fields.positive("partial_rotary_factor").value_or(1.0) != 1.0) {
        fail(ErrorCode::unsupported, "{} other than 1 is not supported",
             fields.place("partial_rotary_factor"));
    }
}

RopeType rope_type_of(const std::string& name, const std::string& place) {
    if (name == "default") return RopeType::standard;
    if (name == "linear") return RopeType::linear;
    if (name == "llama3") return RopeType::llama3;
    fail(ErrorCode::unsupported, "{} \"{}\" is not supported; supported: default, linear, llama3",
         place, name);
}

void read_llama3_scaling(const ConfigFields& scaling, RopeConfig& rope) {
    rope.factor = scaling.required_positive("factor");
    rope.low_freq_factor = scaling.required_positive("low_freq_factor");
    rope.high_freq_factor = scaling.required_positive("high_freq_factor");
    rope.original_max_position_embeddings =
        scaling.required_integer("original_max_position_embeddings", 1, kMaxSize);
    if (rope.high_freq_factor <= rope.low_freq_factor) {
        // Between the two the frequencies are interpolated over their difference.
        fail(ErrorCode::bad_input, "{} is {}, but must be above low_freq_factor ({})",
             scaling.place("high_freq_factor"), rope.high_freq_factor, rope.low_freq_factor);
    }
}

RopeConfig read_rope(const ConfigFields& fields) {
    RopeConfig rope;
    rope.theta = fields.positive("rope_theta").value_or(rope.theta);
    refuse_partial_rotation(fields);

    const auto parameters = fields.object("rope_parameters");
    const auto scaling = parameters ? parameters : fields.object("rope_scaling");
    if (!scaling) return rope;

    rope.theta = scaling->positive("rope_theta").value_or(rope.theta);
    refuse_partial_rotation(*scaling);
    const char* key = !scaling->has("rope_type") && scaling->has("type") ? "type" : "rope_type";
    const auto type = scaling->text(key);
    if (!type && !parameters) scaling->fail_missing(key);
    rope.type = rope_type_of(type.value_or("default"), scaling->place(key));
    if (rope.type == RopeType::linear) rope.factor = scaling->required_positive("factor");
    if (rope.type == RopeType::llama3) read_llama3_scaling(*scaling, rope);
    return rope;
}

/// Heads, KV heads and the size of a head, which must fit each other.
void read_attention(const ConfigFields& fields, ModelConfig& config) {
    config.num_attention_heads = fields.required_integer("num_attention_heads", 1, kMaxSize);
    const std::int64_t heads = config.num_attention_heads;
    config.num_key_value_heads = fields.integer("num_key_value_heads", 1, kMaxSize).value_or(heads);
    if (heads % config.num_key_value_heads != 0) {
        fail(ErrorCode::bad_input, "{} is {}, but must divide num_attention_heads ({})",
             fields.place("num_key_value_heads"), config.num_key_value_heads, heads);
    }
    const auto head_dim = fields.integer("head_dim", 1, kMaxSize);
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

DType read_dtype(const ConfigFields& fields) {
    const char* key = fields.has("dtype") ? "dtype" : "torch_dtype";
    const std::string name = fields.text(key).value_or("float32");
    for (const DType dtype : {DType::bf16, DType::f16, DType::f32}) {
        if (name == name_of(dtype)) return dtype;
    }
    fail(ErrorCode::unsupported,
         "{} \"{}\" is not supported; supported: bfloat16, float16, float32", fields.place(key),
         name);
}

}  // namespace

ModelConfig parse_model_config(std::string_view json_text, std::string_view source) {
    const nlohmann::json parsed = parse_json(json_text, source);
    if (!parsed.is_object()) {
        fail(ErrorCode::bad_input, "{}: a JSON {}, but a model's config is an object", source,
             parsed.type_name());
    }
    const ConfigFields fields(parsed, source);
    ModelConfig config;
    config.model_type = read_model_type(fields);
    refuse_unsupported(fields);
    config.hidden_size = fields.required_integer("hidden_size", 1, kMaxSize);
    config.intermediate_size = fields.required_integer("intermediate_size", 1, kMaxSize);
    config.num_hidden_layers = fields.required_integer("num_hidden_layers", 1, kMaxLayers);
    config.vocab_size = fields.required_integer("vocab_size", 1, kMaxSize);
    read_attention(fields, config);
    config.rope = read_rope(fields);
    config.dtype = read_dtype(fields);

    // What is absent has the value of transformers' LlamaConfig.
    config.max_position_embeddings =
        fields.integer("max_position_embeddings", 1, kMaxSize).value_or(2048);
    config.rms_norm_eps = fields.positive("rms_norm_eps").value_or(1e-6);
    config.tie_word_embeddings = fields.flag("tie_word_embeddings").value_or(false);
    if (const auto bos = fields.integer("bos_token_id", 0, config.vocab_size - 1)) {
        config.bos_token_id = static_cast<std::int32_t>(*bos);
    }
    return config;
}

}  // namespace headscope
