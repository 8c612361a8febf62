#pragma once

#include <algorithm>
#include <memory>
#include <vector>

#include "core/merging/head_moments.h"

namespace headscope {

/// One step of the way in which the heads of a layer may go, best first: the heads that it takes
/// and what it adds to the error of the residual stream, as a share of its energy.
struct RemovalStep {
    std::vector<int> heads;
    double error = 0.0;
};
using RemovalSteps = std::vector<RemovalStep>;

/// What a run over a calibration text tells a merge about the heads of one layer.
struct LayerCalibration {
    int layer = 0;
    /// [heads], mean of ||O_h z_h||^2, which is what the head adds to the residual stream; empty:
    /// not measured.
    std::vector<double> usage;
    std::shared_ptr<const HeadMoments> moments;  ///< null: not measured
    double residual =
        0.0;  ///< mean of ||h||^2, h the hidden state before the layer; 0: not measured
    RemovalSteps removal_steps = {};  ///< by RemovalOrder::refit; empty: not asked for
};

/// Those of `layer`; null where there are none.
inline const LayerCalibration* find_layer(const std::vector<LayerCalibration>& calibration,
                                          int layer) {
    const auto found =
        std::find_if(calibration.begin(), calibration.end(),
                     [layer](const LayerCalibration& of) { return of.layer == layer; });
    return found == calibration.end() ? nullptr : &*found;
}

}  // namespace headscope
