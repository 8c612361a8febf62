#include "core/architecture/compared_only.h"

#include <algorithm>
#include <array>
#include <utility>

#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/json.h"

namespace headscope {
namespace families {
ComparedOnly gemma4_attention(const ConfigFields& fields, const ModelConfig& config);
ComparedOnly qwen3_5_attention(const ConfigFields& fields, const ModelConfig& config);
}  // namespace families

namespace {

using Read = ComparedOnly (*)(const ConfigFields& fields, const ModelConfig& config);

constexpr std::array kTypes{
    std::pair{std::string_view("gemma4_text"), Read{families::gemma4_attention}},
    std::pair{std::string_view("qwen3_5_text"), Read{families::qwen3_5_attention}},
    std::pair{std::string_view("qwen3_5_moe_text"), Read{families::qwen3_5_attention}},
    std::pair{std::string_view("qwen3_next"), Read{families::qwen3_5_attention}},
};

Read find(const ArchitectureSpec& architecture) {
    const auto* const found = std::find_if(kTypes.begin(), kTypes.end(), [&](const auto& type) {
        return type.first == architecture.model_type;
    });
    return found == kTypes.end() ? nullptr : found->second;
}

}  // namespace

bool is_compared_only(const ArchitectureSpec& architecture) {
    return find(architecture) != nullptr;
}

std::optional<ComparedOnly> read_compared_only(const ModelConfig& config,
                                               std::string_view config_json) {
    const Read read = find(*config.architecture);
    if (read == nullptr) return std::nullopt;
    constexpr const char* kSource = "config.json";
    const nlohmann::json parsed = parse_json(config_json, kSource);
    const ConfigFields whole(parsed, kSource);
    const auto text_config = whole.object("text_config");
    return read(text_config ? *text_config : whole, config);
}

std::vector<bool> read_full_attention(const ConfigFields& fields, std::int64_t period,
                                      const ModelConfig& config) {
    const auto layers = static_cast<std::size_t>(config.num_hidden_layers);
    std::vector<bool> full(layers, false);
    if (const auto types = fields.texts("layer_types")) {
        fields.require_count("layer_types", types->size(), layers);
        for (std::size_t layer = 0; layer < layers; ++layer)
            full[layer] = types->at(layer) == "full_attention";
    } else {
        for (std::size_t layer = 0; layer < layers; ++layer)
            full[layer] = (layer + 1) % static_cast<std::size_t>(period) == 0;
    }
    if (std::none_of(full.begin(), full.end(), [](bool is) { return is; })) {
        fail(ErrorCode::bad_input,
             "{}: none of the {} layers has full attention, the only one whose heads can be "
             "compared",
             fields.place("layer_types"), layers);
    }
    return full;
}

void set_layer_heads(const std::vector<bool>& compared, ModelConfig& config) {
    config.layer_heads.clear();
    for (const bool is_compared : compared) {
        config.layer_heads.push_back(
            is_compared ? HeadCounts{config.num_attention_heads, config.num_key_value_heads}
                        : HeadCounts{1, 1});
    }
}

}  // namespace headscope
