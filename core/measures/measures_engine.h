#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "core/measures/observation.h"

/// What the engine module does for core/measures; see core/model/engine_module.h.
namespace headscope {

struct MeasuresEngine {
    std::vector<LayerObservation> (*observe)(const Model& model, const ObservationParams& params,
                                             const ProgressFn& progress,
                                             const std::stop_token& stop) = nullptr;
    /// compute_similarity on a device of libtorch ("cuda:0"; "cpu" in tests); layers not empty.
    std::vector<SimilarityMatrix> (*weight_similarity)(const Checkpoint& checkpoint,
                                                       const SimilarityParams& params,
                                                       const std::string& device,
                                                       const ProgressFn& progress,
                                                       const std::stop_token& stop) = nullptr;
};

/// The module's symbol is a function without arguments that returns a `const MeasuresEngine*`.
inline constexpr const char* kMeasuresEngineSymbol = "headscope_measures_engine";

/// In the module.
extern const MeasuresEngine kMeasuresEngine;

}  // namespace headscope
