#include "core/export/gguf_metadata_export.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/export/gguf_vocabulary.h"

namespace headscope {
namespace {

constexpr std::array kFamilies{
    std::pair{std::string_view("llama"), "llama"},
    std::pair{std::string_view("mistral"), "llama"},
    std::pair{std::string_view("qwen2"), "qwen2"},
    std::pair{std::string_view("qwen3"), "qwen3"},
    std::pair{std::string_view("smollm3"), "smollm3"},
    std::pair{std::string_view("gemma3_text"), "gemma3"},
};

template <typename... Arguments>
[[noreturn]] void refuse(const TargetModel& target, fmt::format_string<Arguments...> reason,
                         Arguments&&... arguments) {
    fail(ErrorCode::unsupported,
         "{}: a GGUF file cannot hold this model: {}; write it in Hugging "
         "Face's layout instead",
         target.checkpoint.path().string(),
         fmt::format(reason, std::forward<Arguments>(arguments)...));
}

bool slides(const ModelConfig& config) {
    return !config.sliding_windows.empty();
}

/// Gemma 3 in llama.cpp: all layers but every sixth slide, with a rotary base of 10,000.
void check_gemma(const TargetModel& target) {
    const ModelConfig& config = target.checkpoint.config();
    constexpr int kPeriod = 6;
    for (int layer = 0; layer < config.num_hidden_layers; ++layer) {
        if ((config.sliding_window(layer) == 0) != ((layer + 1) % kPeriod == 0))
            refuse(target, "llama.cpp lets every layer but each sixth of it slide");
    }
    const std::int64_t scalar = config.num_hidden_layers == 62
                                    ? config.hidden_size / config.num_attention_heads
                                    : config.head_dim;
    if (std::abs(config.scales.attention * std::sqrt(static_cast<double>(scalar)) - 1.0) > 1e-6)
        refuse(target, "llama.cpp scales its scores by 1 / sqrt({})", scalar);
    if (config.scales.attention_cap != 0.0 || config.scales.logits_cap != 0.0)
        refuse(target, "its scores or logits are capped");
    if (config.sliding_rope &&
        (config.sliding_rope->theta != 10000.0 || config.sliding_rope->type != RopeType::standard))
        refuse(target, "llama.cpp gives layers that slide a rotary base of 10000");
}

/// SmolLM3 in llama.cpp: every fourth layer has no rotary embedding.
void check_smollm3(const TargetModel& target) {
    const ModelConfig& config = target.checkpoint.config();
    constexpr int kPeriod = 4;
    for (int layer = 0; layer < config.num_hidden_layers; ++layer) {
        if ((config.rope_of(layer) == nullptr) != ((layer + 1) % kPeriod == 0))
            refuse(target, "llama.cpp gives each fourth layer of it no rotary embedding");
    }
}

void check_rope(const TargetModel& target) {
    const RopeConfig& rope = target.checkpoint.config().rope;
    if (rope.rotary_dim != 0 && rope.rotary_dim != target.checkpoint.config().head_dim)
        refuse(target, "only a part of each head is rotated");
    if (rope.type == RopeType::dynamic || rope.type == RopeType::longrope)
        refuse(target, "its rotary scaling is {}", name_of(rope.type));
    if (rope.type != RopeType::yarn) return;
    const double usual = 0.1 * std::log(rope.factor) + 1.0;
    if (rope.beta_fast != 32.0 || rope.beta_slow != 1.0 || !rope.truncate ||
        std::abs(rope.attention_factor - usual) > 1e-6)
        refuse(target, "its yarn scaling has values of its own");
}

/// What `deci` lacks.
void check_deci(const TargetModel& target) {
    const ModelConfig& config = target.checkpoint.config();
    const char* lacks = nullptr;
    if (config.norms.after) lacks = "norms behind its blocks";
    if (config.head_norm != HeadNorm::none) lacks = "norms on queries and keys";
    if (!config.no_rope.empty()) lacks = "layers without rotary embedding";
    if (lacks == nullptr) return;
    refuse(target,
           "its layers have different numbers of heads, and the architecture that llama.cpp has "
           "for that (deci) lacks {}; a plan that leaves equally many heads in each layer works",
           lacks);
}

std::vector<std::int32_t> counts(const std::vector<HeadCounts>& layers,
                                 std::int64_t HeadCounts::*which) {
    std::vector<std::int32_t> numbers;
    for (const HeadCounts& layer : layers)
        numbers.push_back(static_cast<std::int32_t>(layer.*which));
    return numbers;
}

std::uint32_t u32(std::int64_t value) {
    return static_cast<std::uint32_t>(value);
}

/// What the heads of the layers are, which changes with them.
void set_heads(const TargetModel& target, const std::string& prefix, GgufPairs& pairs) {
    const ModelConfig& config = target.checkpoint.config();
    const auto key = [&](const char* rest) { return prefix + rest; };
    if (target.is_uniform()) {
        pairs.set(key("attention.head_count"), u32(target.heads_of(0).heads));
        pairs.set(key("attention.head_count_kv"), u32(target.heads_of(0).kv_heads));
    } else {
        const std::vector<HeadCounts> layers = target.heads();
        pairs.set(key("attention.head_count"), counts(layers, &HeadCounts::heads));
        pairs.set(key("attention.head_count_kv"), counts(layers, &HeadCounts::kv_heads));
        pairs.set(key("feed_forward_length"),
                  std::vector<std::int32_t>(layers.size(),
                                            static_cast<std::int32_t>(config.intermediate_size)));
    }
    // llama.cpp would divide the embedding's length by the number of heads.
    pairs.set(key("attention.key_length"), u32(config.head_dim));
    pairs.set(key("attention.value_length"), u32(config.head_dim));
    pairs.set(key("rope.dimension_count"), u32(config.head_dim));
}

void set_rope(const ModelConfig& config, const std::string& prefix, GgufPairs& pairs) {
    const RopeConfig& rope = config.rope;
    pairs.set(prefix + "rope.freq_base", static_cast<float>(rope.theta));
    if (rope.type != RopeType::linear && rope.type != RopeType::yarn) return;
    pairs.set(prefix + "rope.scaling.type", std::string_view(name_of(rope.type)));
    pairs.set(prefix + "rope.scaling.factor", static_cast<float>(rope.factor));
    if (rope.type == RopeType::yarn) {
        pairs.set(prefix + "rope.scaling.original_context_length",
                  u32(rope.original_max_position_embeddings));
    }
}

void set_file_type(ExportType type, GgufPairs& pairs) {
    constexpr const char* kKey = "general.file_type";
    switch (type) {
        case ExportType::f32:
            return pairs.set(kKey, std::uint32_t{0});
        case ExportType::f16:
            return pairs.set(kKey, std::uint32_t{1});
        case ExportType::q8_0:
            pairs.set("general.quantization_version", std::uint32_t{2});
            return pairs.set(kKey, std::uint32_t{7});
        case ExportType::bf16:
            return pairs.set(kKey, std::uint32_t{32});
        case ExportType::automatic:
        case ExportType::keep:
            return;
    }
}

GgufPairs pairs_of_source(const TargetModel& target, const GgufArchitecture& architecture,
                          const GgufSource& source) {
    const std::string old_prefix = fmt::format("{}.", source.architecture().name);
    const std::string prefix = fmt::format("{}.", architecture.name);
    GgufPairs pairs;
    pairs.set("general.architecture", architecture.name);
    for (const auto& [key, value] : source.values().all()) {
        if (key == "general.architecture" || key == "general.alignment" ||
            key.starts_with("split."))
            continue;
        const bool own = key.starts_with(old_prefix);
        pairs.set(own ? prefix + std::string(key.substr(old_prefix.size())) : std::string(key),
                  value);
    }
    if (target.changes_heads() || old_prefix != prefix) set_heads(target, prefix, pairs);
    return pairs;
}

GgufPairs pairs_of_config(const TargetModel& target, const GgufArchitecture& architecture) {
    const ModelConfig& config = target.checkpoint.config();
    const std::string prefix = fmt::format("{}.", architecture.name);
    GgufPairs pairs;
    pairs.set("general.architecture", architecture.name);
    pairs.set("general.type", "model");
    pairs.set("general.name", target.checkpoint.directory().filename().string());
    pairs.set(prefix + "block_count", u32(config.num_hidden_layers));
    pairs.set(prefix + "context_length", u32(config.max_position_embeddings));
    pairs.set(prefix + "embedding_length", u32(config.hidden_size));
    pairs.set(prefix + "feed_forward_length", u32(config.intermediate_size));
    pairs.set(prefix + "vocab_size", u32(config.vocab_size));
    pairs.set(prefix + "attention.layer_norm_rms_epsilon", static_cast<float>(config.rms_norm_eps));
    set_heads(target, prefix, pairs);
    set_rope(config, prefix, pairs);
    if (slides(config)) {
        const auto widest =
            std::max_element(config.sliding_windows.begin(), config.sliding_windows.end());
        pairs.set(prefix + "attention.sliding_window", u32(*widest));
    }
    set_gguf_vocabulary(target.checkpoint, pairs);
    return pairs;
}

}  // namespace

const GgufArchitecture& choose_gguf_architecture(const TargetModel& target) {
    const ModelConfig& config = target.checkpoint.config();
    const auto* const family =
        std::find_if(kFamilies.begin(), kFamilies.end(),
                     [&](const auto& entry) { return entry.first == config.model_type; });
    if (family == kFamilies.end())
        refuse(target, "models of type {} are not written yet", config.model_type);
    check_rope(target);
    if (config.model_type == "gemma3_text") {
        check_gemma(target);
    } else if (slides(config) && config.model_type != "mistral") {
        refuse(target, "some of its layers see the last keys only");
    }
    if (config.model_type == "smollm3") check_smollm3(target);
    if (!target.is_uniform()) check_deci(target);
    return *find_gguf_architecture(target.is_uniform() ? family->second : "deci");
}

GgufPairs make_gguf_pairs(const TargetModel& target, const GgufArchitecture& architecture,
                          ExportType type, const GgufSource* source) {
    GgufPairs pairs = source != nullptr ? pairs_of_source(target, architecture, *source)
                                        : pairs_of_config(target, architecture);
    set_file_type(type, pairs);
    return pairs;
}

std::vector<float> llama3_divisors(const ModelConfig& config) {
    const RopeConfig& rope = config.rope;
    if (rope.type != RopeType::llama3) return {};
    std::vector<float> divisors;
    const auto context = static_cast<double>(rope.original_max_position_embeddings);
    for (std::int64_t i = 0; i < config.head_dim; i += 2) {
        const double wavelength =
            2.0 * std::numbers::pi *
            std::pow(rope.theta, static_cast<double>(i) / static_cast<double>(config.head_dim));
        const double smooth = (context / wavelength - rope.low_freq_factor) /
                              (rope.high_freq_factor - rope.low_freq_factor);
        double divisor = 1.0 / ((1.0 - smooth) / rope.factor + smooth);
        if (wavelength < context / rope.high_freq_factor) divisor = 1.0;
        if (wavelength > context / rope.low_freq_factor) divisor = rope.factor;
        divisors.push_back(static_cast<float>(divisor));
    }
    return divisors;
}

std::vector<std::string> gguf_notes(const TargetModel& target) {
    const ModelConfig& config = target.checkpoint.config();
    if (config.model_type != "mistral" || !slides(config)) return {};
    return {
        fmt::format("llama.cpp lets every token see all before it, the model the last {}: "
                    "beyond them the two compute different things",
                    config.sliding_windows.front())};
}

}  // namespace headscope
