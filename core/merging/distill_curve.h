#pragma once

#include <vector>

namespace headscope {

/// How well trained weights do after some steps of a distillation.
struct DistillPoint {
    int step = 0;
    double held_out = 0.0;  ///< KL(original || variant) on held-out text, nats a token
    double training = 0.0;  ///< the same of the steps since the last point, as they went; 0: none
};
using DistillCurve = std::vector<DistillPoint>;

/// The point whose weights are the best, the earliest of equals; `curve` is not empty.
const DistillPoint& best_of(const DistillCurve& curve);

}  // namespace headscope
