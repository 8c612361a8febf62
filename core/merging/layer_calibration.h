#pragma once

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

}  // namespace headscope
