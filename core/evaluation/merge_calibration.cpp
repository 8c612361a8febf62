#include "core/evaluation/merge_calibration.h"

#include "core/base/error.h"

namespace headscope {

std::vector<LayerCalibration> calibrate_for(const MergeRule& rule, const Checkpoint& /*checkpoint*/,
                                            const std::vector<int>& /*layers*/) {
    if (!rule.needs_calibration()) return {};
    const bool align = rule.align == Alignment::activations;
    fail(ErrorCode::unsupported,
         "{} needs a run over a calibration text, which this version cannot make; use {}",
         align ? "--align activations" : "--weights usage",
         align ? "--align weights" : "--weights norm");
}

}  // namespace headscope
