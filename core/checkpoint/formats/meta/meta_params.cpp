#include "core/checkpoint/formats/meta/meta_params.h"

#include <array>
#include <fstream>
#include <limits>
#include <utility>

#include <nlohmann/json.hpp>

#include "core/architecture/config_fields.h"
#include "core/architecture/registry.h"
#include "core/architecture/tensor_map.h"
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/checkpoint/file_errors.h"

namespace headscope {
namespace {

using nlohmann::json;

constexpr std::int64_t kMaxSize = std::numeric_limits<std::int32_t>::max();
/// Llama 3's tokenizer has this many special tokens behind the others; the first begins a text.
constexpr std::int64_t kSpecialTokens = 256;

json parse_params(std::string_view text, std::string_view source) {
    json params = parse_json(text, source);
    if (!params.is_object()) {
        fail(ErrorCode::bad_input, "{}: a JSON {}, but a model's parameters are an object", source,
             params.type_name());
    }
    return params;
}

/// Refuses what changes the forward pass in a way that Headscope does not compute.
void refuse_unsupported(const ConfigFields& fields) {
    constexpr std::array kRefused{
        std::pair{"quantization_args", "a quantized model"},
        std::pair{"lora_args", "a model with adapters"},
        std::pair{"moe", "a mixture of experts"},
        std::pair{"moe_args", "a mixture of experts"},
        std::pair{"vision_model", "a model of images"},
        std::pair{"vision_encoder", "a model of images"},
    };
    for (const auto& [key, what] : kRefused) {
        if (fields.has(key)) {
            fail(ErrorCode::unsupported, "{}: {} is not supported", fields.place(key), what);
        }
    }
    if (fields.integer("vision_chunk_size", -1, kMaxSize).value_or(-1) > 0) {
        fail(ErrorCode::unsupported, "{}: a model of images is not supported",
             fields.place("vision_chunk_size"));
    }
}

/// How the heads divide the width and each other, in the words of params.json.
void check_heads(const ConfigFields& fields, std::int64_t dim, std::int64_t heads,
                 std::int64_t kv_heads) {
    if (!fields.has("head_dim") && dim % heads != 0) {
        fail(ErrorCode::bad_input, "{} is {}, but must divide dim ({})", fields.place("n_heads"),
             heads, dim);
    }
    if (heads % kv_heads != 0) {
        fail(ErrorCode::bad_input, "{} is {}, but must divide n_heads ({})",
             fields.place("n_kv_heads"), kv_heads, heads);
    }
}

json rope_scaling(const ConfigFields& fields, const MetaFacts& facts) {
    return {{"rope_type", "llama3"},
            {"factor", fields.positive("rope_scaling_factor").value_or(facts.tied ? 32.0 : 8.0)},
            {"low_freq_factor", 1.0},
            {"high_freq_factor", fields.positive("rope_high_freq_factor").value_or(4.0)},
            {"original_max_position_embeddings", 8192}};
}

std::int64_t context_length(const ConfigFields& fields, bool scaled, double norm_eps) {
    if (scaled) return 131072;
    const double theta = fields.positive("rope_theta").value_or(10000.0);
    if (theta == 1e6) return fields.has("sliding_window") ? 32768 : 16384;
    if (theta == 5e5) return 8192;
    if (fields.has("sliding_window")) return 32768;  // Mistral 7B
    return norm_eps == 1e-5 ? 4096 : 2048;
}

/// What begins and ends a text by the folder's tokenizer.model, one behind the other: tiktoken's
/// ranks are lines of base64, a space and a number; SentencePiece's begin with a byte below the
/// space.
void find_special_tokens(const std::filesystem::path& directory, MetaFacts& facts) {
    const std::filesystem::path path = directory / "tokenizer.model";
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error)) return;
    std::ifstream file(path, std::ios::binary);
    const int first = file.get();
    const std::int64_t vocab = facts.vocab_size;
    const std::int64_t bos = first > ' ' ? vocab - kSpecialTokens : 1;  // 1: Llama 1 and 2
    if (bos < 0 || bos >= vocab || bos >= kMaxSize) return;
    facts.bos_token_id = static_cast<std::int32_t>(bos);
    if (bos + 1 < vocab) facts.eos_token_id = static_cast<std::int32_t>(bos + 1);
}

}  // namespace

std::int64_t read_meta_hidden_size(std::string_view params_text, std::string_view source) {
    const json params = parse_params(params_text, source);
    return ConfigFields(params, source).required_integer("dim", 1, kMaxSize);
}

MetaFacts find_meta_facts(const std::vector<TensorSource>& tensors,
                          const std::filesystem::path& directory) {
    MetaFacts facts;
    facts.tied = true;
    const ArchitectureSpec& llama = *find_architecture("llama");
    for (const TensorSource& tensor : tensors) {
        const std::int64_t rows = tensor.shape.empty() ? 0 : tensor.shape.front();
        if (tensor.name == tensor_name(llama, Part::embeddings)) facts.vocab_size = rows;
        if (tensor.name == tensor_name(llama, Part::gate)) {
            facts.intermediate_size = rows;
            facts.dtype = tensor.first().weight_dtype;
        }
        if (tensor.name == tensor_name(llama, Part::output)) facts.tied = false;
    }
    if (facts.vocab_size == 0 || facts.intermediate_size == 0) {
        damaged(
            directory, "tensor {} is missing",
            facts.vocab_size == 0 ? "tok_embeddings.weight" : "layers.0.feed_forward.w1.weight");
    }
    find_special_tokens(directory, facts);
    return facts;
}

std::string convert_meta_params(std::string_view text, std::string_view source,
                                const MetaFacts& facts) {
    const json params = parse_params(text, source);
    const ConfigFields fields(params, source);
    refuse_unsupported(fields);
    const std::int64_t dim = fields.required_integer("dim", 1, kMaxSize);
    const std::int64_t heads = fields.required_integer("n_heads", 1, kMaxSize);
    const std::int64_t kv_heads = fields.integer("n_kv_heads", 1, kMaxSize).value_or(heads);
    check_heads(fields, dim, heads, kv_heads);
    const std::int64_t vocab = fields.integer("vocab_size", -1, kMaxSize).value_or(-1);
    const double norm_eps = fields.positive("norm_eps").value_or(1e-5);  // the reference's default
    const bool scaled = fields.flag("use_scaled_rope").value_or(false);

    // The rest of the rules is that of config.json, so the fields are given its names.
    nlohmann::ordered_json config{
        {"architectures", {"LlamaForCausalLM"}},
        {"model_type", "llama"},
        {"hidden_act", "silu"},
        {"attention_bias", false},
        {"mlp_bias", false},
        {"hidden_size", dim},
        {"intermediate_size", facts.intermediate_size},
        {"num_hidden_layers", fields.required_integer("n_layers", 1, kMaxSize)},
        {"num_attention_heads", heads},
        {"num_key_value_heads", kv_heads},
        {"vocab_size", vocab > 0 ? vocab : facts.vocab_size},
        {"max_position_embeddings", context_length(fields, scaled, norm_eps)},
        {"rms_norm_eps", norm_eps},
        {"rope_theta", fields.positive("rope_theta").value_or(10000.0)},
        {"tie_word_embeddings", facts.tied}};
    if (const auto head_dim = fields.integer("head_dim", 1, kMaxSize)) {
        config["head_dim"] = *head_dim;
    }
    if (scaled) config["rope_scaling"] = rope_scaling(fields, facts);
    if (const auto window = fields.integer("sliding_window", 1, kMaxSize)) {
        config["model_type"] = "mistral";
        config["architectures"] = {"MistralForCausalLM"};
        config.erase("attention_bias");
        config.erase("mlp_bias");
        config["sliding_window"] = *window;
    }
    for (const auto& [key, id] : {std::pair{"bos_token_id", facts.bos_token_id},
                                  std::pair{"eos_token_id", facts.eos_token_id}}) {
        if (id && *id < config["vocab_size"].get<std::int64_t>()) config[key] = *id;
    }
    if (facts.dtype) config["torch_dtype"] = name_of(*facts.dtype);
    return dump_readable(config);
}

ModelConfig parse_meta_params(std::string_view text, std::string_view source,
                              const MetaFacts& facts) {
    return parse_model_config(convert_meta_params(text, source, facts), source);
}

}  // namespace headscope
