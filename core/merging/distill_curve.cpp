#include "core/merging/distill_curve.h"

#include <algorithm>

namespace headscope {

const DistillPoint& best_of(const DistillCurve& curve) {
    return *std::ranges::min_element(curve, {}, &DistillPoint::held_out);
}

}  // namespace headscope
