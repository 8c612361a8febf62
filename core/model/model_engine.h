#pragma once

#include <memory>
#include <stop_token>

#include "core/model/merged_projections.h"
#include "core/model/model.h"

/// What the engine module does for core/model; see engine_module.h.
namespace headscope {

struct ModelEngine {
    ResolvedCompute (*resolve)(const ComputeOptions& options) = nullptr;
    std::shared_ptr<const LoadedModel> (*load)(const Checkpoint& checkpoint,
                                               const ResolvedCompute& compute,
                                               const ComputeOptions& options, int threads,
                                               const ProgressFn& progress,
                                               const std::stop_token& stop) = nullptr;
    HeadContents (*merged_contents)(const Checkpoint& checkpoint, int layer,
                                    const LayerMerge& merge) = nullptr;
    ProjectionBytes (*merged_projections)(const Checkpoint& checkpoint, int layer,
                                          const LayerMerge& merge,
                                          const HeadSelection* selection) = nullptr;
};

/// The module's symbol is a function without arguments that returns a `const ModelEngine*`.
inline constexpr const char* kModelEngineSymbol = "headscope_model_engine";

/// The module's table; opens the module when it is first called for.
const ModelEngine& model_engine();

/// In the module.
extern const ModelEngine kModelEngine;

}  // namespace headscope
