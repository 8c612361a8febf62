#include "core/checkpoint/formats/gguf/gguf_config.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/json.h"

namespace headscope {
namespace {

using nlohmann::ordered_json;

constexpr std::int64_t kMostLayers = 10'000;

class Converter {
  public:
    Converter(const GgufMetadata& values, const GgufArchitecture& architecture,
              const GgufFacts& facts)
        : values_(values), architecture_(architecture), facts_(facts) {}

    std::string run() {
        refuse_experts();
        config_ = {{"architectures", {architecture_.model_class}},
                   {"model_type", architecture_.model_type},
                   {"hidden_size", required("embedding_length")},
                   {"vocab_size", facts_.vocab_size},
                   {"tie_word_embeddings", facts_.tied}};
        layers_ = required("block_count");
        if (layers_ < 1 || layers_ > kMostLayers) {
            fail(ErrorCode::bad_input, "{} is {}, but must be from 1 to {}",
                 values_.place(key("block_count")), layers_, kMostLayers);
        }
        config_["num_hidden_layers"] = layers_;
        config_["intermediate_size"] = read_width();
        if (const auto length = values_.integer(key("context_length")))
            config_["max_position_embeddings"] = *length;
        config_["rms_norm_eps"] =
            values_.number(key("attention.layer_norm_rms_epsilon")).value_or(1e-5);
        read_heads();
        read_biases();
        read_rope();
        read_sliding_window();
        read_special_tokens();
        return dump_readable(config_);
    }

  private:
    /// "llama.block_count" of "block_count".
    [[nodiscard]] std::string key(std::string_view rest) const {
        return fmt::format("{}.{}", architecture_.name, rest);
    }

    [[nodiscard]] std::int64_t required(std::string_view rest) const {
        const auto number = values_.integer(key(rest));
        if (number) return *number;
        fail(ErrorCode::bad_input,
             "{} is missing; the file is damaged, or was made by an old converter: download it "
             "again or convert the model again",
             values_.place(key(rest)));
    }

    void refuse_experts() const {
        if (values_.integer(key("expert_count")).value_or(0) > 0) {
            fail(ErrorCode::unsupported, "{}: a mixture of experts is not supported in GGUF files",
                 values_.place(key("expert_count")));
        }
    }

    /// One number for each layer, from a number or an array.
    [[nodiscard]] std::vector<std::int64_t> of_layers(std::string_view rest) const {
        std::vector<std::int64_t> numbers = values_.integers(key(rest));
        if (values_.is_array(key(rest))) {
            if (numbers.size() != static_cast<std::size_t>(layers_)) {
                fail(ErrorCode::bad_input, "{} has {} entries, but the model {} layers",
                     values_.place(key(rest)), numbers.size(), layers_);
            }
            return numbers;
        }
        if (numbers.empty()) numbers.push_back(required(rest));
        return std::vector<std::int64_t>(static_cast<std::size_t>(layers_), numbers.front());
    }

    [[nodiscard]] std::int64_t read_width() const {
        const std::vector<std::int64_t> widths = of_layers("feed_forward_length");
        if (std::adjacent_find(widths.begin(), widths.end(), std::not_equal_to<>()) !=
            widths.end()) {
            fail(ErrorCode::unsupported,
                 "{}: layers whose feed-forward parts have different widths are not supported",
                 values_.place(key("feed_forward_length")));
        }
        return widths.front();
    }

    void read_heads() {
        const std::vector<std::int64_t> heads = of_layers("attention.head_count");
        const std::vector<std::int64_t> kv_heads = values_.has(key("attention.head_count_kv"))
                                                       ? of_layers("attention.head_count_kv")
                                                       : heads;
        for (std::size_t layer = 0; layer < heads.size(); ++layer) {
            const bool skipped = heads[layer] == 0 && kv_heads[layer] == 0;
            if (skipped || (heads[layer] > 0 && kv_heads[layer] > 0)) continue;
            fail(ErrorCode::unsupported,
                 "{}: layer {} has {} heads and {} KV heads; layers that have one without the "
                 "other are not supported",
                 values_.place(key("attention.head_count")), layer, heads[layer], kv_heads[layer]);
        }
        const std::int64_t most = *std::max_element(heads.begin(), heads.end());
        const std::int64_t most_kv = *std::max_element(kv_heads.begin(), kv_heads.end());
        const bool uniform =
            std::all_of(heads.begin(), heads.end(), [&](auto n) { return n == most; }) &&
            std::all_of(kv_heads.begin(), kv_heads.end(), [&](auto n) { return n == most_kv; });
        config_["num_attention_heads"] = most;
        config_["num_key_value_heads"] = most_kv;
        read_head_dim(most);
        if (uniform) return;
        for (std::size_t layer = 0; layer < heads.size(); ++layer) {
            if (heads[layer] == most && kv_heads[layer] == most_kv) continue;
            ordered_json& own = config_["per_layer_config"][std::to_string(layer)];
            if (heads[layer] == 0) {
                own = {{"skip", {"attention"}}};
            } else {
                own = {{"num_attention_heads", heads[layer]},
                       {"num_key_value_heads", kv_heads[layer]}};
            }
        }
    }

    /// A `deci` file is a Llama, or, with biases on q, k and v alone, a Qwen2.
    void read_biases() {
        const bool is_llama = architecture_.model_type == "llama";
        if (is_llama && facts_.qkv_bias && !facts_.o_bias) {
            config_["model_type"] = "qwen2";
            config_["architectures"] = {"Qwen2ForCausalLM"};
        } else if (facts_.o_bias) {
            config_["attention_bias"] = true;
        }
        if (facts_.mlp_bias) config_["mlp_bias"] = true;
    }

    void read_head_dim(std::int64_t heads) {
        const auto key_length = values_.integer(key("attention.key_length"));
        const auto value_length = values_.integer(key("attention.value_length"));
        if (key_length && value_length && *key_length != *value_length) {
            fail(ErrorCode::unsupported, "{} is {}, but {} is {}: they must be equal",
                 values_.place(key("attention.key_length")), *key_length,
                 key("attention.value_length"), *value_length);
        }
        const std::int64_t head_dim =
            key_length.value_or(config_["hidden_size"].get<std::int64_t>() / heads);
        const std::int64_t rotated =
            values_.integer(key("rope.dimension_count")).value_or(head_dim);
        if (rotated != head_dim) {
            fail(ErrorCode::unsupported,
                 "{} is {}, but a head has {}: partial rotary embedding is not supported in GGUF "
                 "files",
                 values_.place(key("rope.dimension_count")), rotated, head_dim);
        }
        config_["head_dim"] = head_dim;
        if (architecture_.model_type == "gemma3_text") {
            // As llama.cpp has it: that of the 27B model is another.
            constexpr std::int64_t kLayersOf27b = 62;
            config_["query_pre_attn_scalar"] =
                layers_ == kLayersOf27b ? config_["hidden_size"].get<std::int64_t>() / heads
                                        : head_dim;
        }
    }

    void read_rope() {
        config_["rope_theta"] = values_.number(key("rope.freq_base")).value_or(10000.0);
        if (!facts_.rope_factors.empty()) {
            config_["rope_scaling"] = llama3_scaling();
            return;
        }
        const std::string type(values_.text(key("rope.scaling.type")).value_or("none"));
        auto factor = values_.number(key("rope.scaling.factor"));
        if (!factor) factor = values_.number(key("rope.scale_linear"));
        if (type == "none" && !values_.has(key("rope.scale_linear"))) return;
        if (!factor || *factor == 1.0 || *factor == 0.0) return;
        if (type == "linear" || type == "none") {
            config_["rope_scaling"] = {{"rope_type", "linear"}, {"factor", *factor}};
        } else if (type == "yarn") {
            config_["rope_scaling"] = {{"rope_type", "yarn"}, {"factor", *factor}};
            if (const auto from = values_.integer(key("rope.scaling.original_context_length")))
                config_["rope_scaling"]["original_max_position_embeddings"] = *from;
        } else {
            fail(ErrorCode::unsupported,
                 "{} \"{}\" is not supported; supported: none, linear, yarn",
                 values_.place(key("rope.scaling.type")), type);
        }
    }

    /// The divisor that `llama3` scaling gives the frequency `i`: 1 for short wavelengths, `factor`
    /// for long ones, and between them a smooth way. Llama 3.1 to 3.3 have low 1, high 4, 8,192.
    [[nodiscard]] double llama3_divisor(std::size_t i, double factor) const {
        constexpr double kLow = 1.0;
        constexpr double kHigh = 4.0;
        constexpr double kContext = 8192.0;
        const auto pairs = static_cast<double>(facts_.rope_factors.size());
        const double theta = config_["rope_theta"].get<double>();
        const double wavelength =
            2.0 * std::numbers::pi * std::pow(theta, static_cast<double>(i) / pairs);
        if (wavelength < kContext / kHigh) return 1.0;
        if (wavelength > kContext / kLow) return factor;
        const double smooth = (kContext / wavelength - kLow) / (kHigh - kLow);
        return 1.0 / ((1.0 - smooth) / factor + smooth);
    }

    /// The rule that rope_freqs.weight was made by.
    [[nodiscard]] ordered_json llama3_scaling() const {
        const std::vector<float>& factors = facts_.rope_factors;
        const double factor =
            static_cast<double>(*std::max_element(factors.begin(), factors.end()));
        for (std::size_t i = 0; i < factors.size(); ++i) {
            const double wanted = llama3_divisor(i, factor);
            if (std::abs(static_cast<double>(factors[i]) - wanted) <= 1e-4 * wanted) continue;
            fail(ErrorCode::unsupported,
                 "{}: rope_freqs.weight holds rotary factors of another rule than llama3's (factor "
                 "{} is {}, not {:.6g})",
                 values_.place("rope_freqs"), i, factors[i], wanted);
        }
        return {{"rope_type", "llama3"},
                {"factor", factor},
                {"low_freq_factor", 1.0},
                {"high_freq_factor", 4.0},
                {"original_max_position_embeddings", 8192}};
    }

    void read_sliding_window() {
        const auto window = values_.integer(key("attention.sliding_window"));
        if (!window || *window <= 0) return;
        config_["sliding_window"] = *window;
        if (architecture_.model_type == "llama") {
            config_["model_type"] = "mistral";
            config_["architectures"] = {"MistralForCausalLM"};
        }
    }

    void read_special_tokens() {
        for (const auto& [field, token] : {std::pair{"bos_token_id", "tokenizer.ggml.bos_token_id"},
                                           {"eos_token_id", "tokenizer.ggml.eos_token_id"}}) {
            const auto id = values_.integer(token);
            if (id && *id >= 0 && *id < facts_.vocab_size) config_[field] = *id;
        }
    }

    const GgufMetadata& values_;
    const GgufArchitecture& architecture_;
    const GgufFacts& facts_;
    std::int64_t layers_ = 0;
    ordered_json config_;
};

}  // namespace

std::string convert_gguf_config(const GgufMetadata& values, const GgufArchitecture& architecture,
                                const GgufFacts& facts) {
    return Converter(values, architecture, facts).run();
}

}  // namespace headscope
