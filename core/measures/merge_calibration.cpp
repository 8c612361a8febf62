#include "core/measures/merge_calibration.h"

#include <utility>

#include "core/measures/observation.h"

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
    params.outputs = rule.weights == MeanWeights::usage;
    params.moments = rule.align == Alignment::activations;
    for (LayerObservation& layer : observe_heads(model(), params, progress, stop)) {
        calibration.push_back({layer.layer, std::move(layer.usage), std::move(layer.moments)});
    }
    return calibration;
}

}  // namespace headscope
