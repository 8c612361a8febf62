#pragma once

#include <memory>
#include <stop_token>

#include "core/refit/distiller.h"
#include "core/refit/refit.h"

/// What the engine module does for core/refit; see core/model/engine_module.h.
namespace headscope {

struct RefitEngine {
    /// With a target that is not automatic.
    RefitResult (*refit)(const Model& model, const RefitParams& params, const ProgressFn& progress,
                         const std::stop_token& stop) = nullptr;
    void (*find_removal_steps)(const Model& model, RemovalUnit unit,
                               std::vector<LayerCalibration>& calibration,
                               const std::stop_token& stop) = nullptr;
    std::unique_ptr<Distiller> (*distiller)(const Model& model, Variant variant,
                                            std::shared_ptr<const Windows> windows) = nullptr;
};

/// The module's symbol is a function without arguments that returns a `const RefitEngine*`.
inline constexpr const char* kRefitEngineSymbol = "headscope_refit_engine";

/// In the module.
extern const RefitEngine kRefitEngine;

}  // namespace headscope
