#include "core/measures/activation_measure_torch.h"

namespace headscope::activations {

extern const ActivationMeasure output;
const ActivationMeasure output{
    .from_moments = [](const HeadSums& sums, const at::Tensor& o) { return sums.outputs(o); },
};

}  // namespace headscope::activations
