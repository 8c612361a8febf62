#pragma once

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/evaluation/evaluator.h"
#include "core/export/export.h"
#include "tests/model/tiny_architectures.h"

/// Small models to save, and what tests look at in what was saved.
namespace headscope::testing {

/// A model of 2 layers of 6 heads whose weights are float32.
inline nlohmann::json small_config(int kv_heads,
                                   const nlohmann::json& changes = nlohmann::json::object()) {
    nlohmann::json config{{"model_type", "llama"},
                          {"architectures", {"LlamaForCausalLM"}},
                          {"hidden_size", 48},
                          {"intermediate_size", 80},
                          {"num_hidden_layers", 2},
                          {"num_attention_heads", 6},
                          {"num_key_value_heads", kv_heads},
                          {"vocab_size", 120},
                          {"max_position_embeddings", 128},
                          {"rms_norm_eps", 1e-5},
                          {"torch_dtype", "float32"}};
    config.update(changes);
    return config;
}

/// A plan that merges these pairs of layer 0 (and of layer 1).
inline MergePlan plan_of(const Checkpoint& checkpoint, const std::vector<HeadPair>& first,
                         const std::vector<HeadPair>& second = {},
                         KvPolicy policy = KvPolicy::average) {
    MergePlan plan{{0.9, Grouping::components, policy}, {}};
    plan.layers.push_back(make_layer_plan(0, first, checkpoint.config(), plan.rule));
    plan.layers.push_back(make_layer_plan(1, second, checkpoint.config(), plan.rule));
    return plan;
}

/// Scores of one window of random tokens, under each variant.
inline std::vector<WindowScore> scores_of(const Checkpoint& checkpoint,
                                          const std::vector<Variant>& variants = {Variant{}},
                                          const std::string& dtype = "float32",
                                          std::int64_t memory_limit = 0) {
    const ModelConfig& config = checkpoint.config();
    const std::int64_t window = 64;
    const auto windows = std::make_shared<const Windows>(
        tiny_token_ids(static_cast<std::uint64_t>(window), config.vocab_size), Protocol::gptq,
        window, 0, std::nullopt, config.longest_window(), config.vocab_size);
    const Model model = Model::load(checkpoint, {"cpu", dtype, 1, memory_limit});
    std::vector<WindowScore> scores;
    for (const auto& of_variant : evaluate(model, {variants, windows, {}}).scores.values)
        scores.push_back(of_variant.front());
    return scores;
}

/// Every entry of a folder, hidden ones too.
inline std::vector<std::string> names_in(const std::filesystem::path& folder) {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
}

}  // namespace headscope::testing
