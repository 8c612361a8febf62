#include "core/measures/activation_measure_torch.h"

namespace headscope::activations {

extern const ActivationMeasure cka;
const ActivationMeasure cka{
    .from_moments = [](const HeadSums& sums, const at::Tensor&) { return sums.squares(); },
};

}  // namespace headscope::activations
