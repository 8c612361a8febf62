#pragma once

#include <algorithm>
#include <memory>
#include <vector>

#include "core/merging/head_moments.h"

namespace headscope {

/// What a run over a calibration text tells a merge about the heads of one layer.
struct LayerCalibration {
    int layer = 0;
    /// [heads], mean of ||O_h z_h||^2, which is what the head adds to the residual stream; empty:
    /// not measured.
    std::vector<double> usage;
    std::shared_ptr<const HeadMoments> moments;  ///< null: not measured
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
