#include "core/measures/merge_calibration.h"

#include <utility>

#include "core/measures/observation.h"
#include "core/refit/refit.h"

namespace headscope {

std::vector<LayerCalibration> calibrate_merge(const MergeRule& rule, const std::vector<int>& layers,
                                              const std::shared_ptr<const Windows>& windows,
                                              const ModelFn& model, const ProgressFn& progress,
                                              const std::stop_token& stop) {
    std::vector<LayerCalibration> calibration;
    if (!rule.needs_calibration()) return calibration;
    ObservationParams params;
    params.layers = layers;
    params.windows = windows;
    params.usage = rule.needs_usage();
    const bool by_refit = rule.removal.chooses() && rule.removal.order == RemovalOrder::refit;
    params.moments = rule.align == Alignment::activations || by_refit;
    const Model loaded = model();
    for (LayerObservation& layer : observe_heads(loaded, params, progress, stop)) {
        calibration.push_back(
            {layer.layer, std::move(layer.usage), std::move(layer.moments), layer.residual});
    }
    if (by_refit) find_removal_steps(loaded, rule.removal.unit, calibration, stop);
    return calibration;
}

}  // namespace headscope
