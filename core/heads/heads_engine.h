#pragma once

#include <cstdint>
#include <stop_token>
#include <vector>

#include "core/heads/head_scores.h"
#include "core/heads/passages.h"
#include "core/heads/text_attention.h"

/// What the engine module does for core/heads; see core/model/engine_module.h.
namespace headscope {

struct HeadsEngine {
    std::vector<LayerHeadScores> (*score)(const Model& model,
                                          const std::vector<std::vector<std::int64_t>>& sequences,
                                          const ProgressFn& progress,
                                          const std::stop_token& stop) = nullptr;
    std::vector<LayerAttention> (*attention)(const Model& model,
                                             const std::vector<std::int64_t>& ids,
                                             const std::vector<int>& layers,
                                             const ProgressFn& progress,
                                             const std::stop_token& stop) = nullptr;
    std::vector<std::vector<HeadActivity>> (*passages)(
        const Model& model, const std::vector<std::vector<std::int64_t>>& sequences,
        const PassageOptions& options, const ProgressFn& progress,
        const std::stop_token& stop) = nullptr;
};

/// The module's symbol is a function without arguments that returns a `const HeadsEngine*`.
inline constexpr const char* kHeadsEngineSymbol = "headscope_heads_engine";

/// In the module.
extern const HeadsEngine kHeadsEngine;

}  // namespace headscope
