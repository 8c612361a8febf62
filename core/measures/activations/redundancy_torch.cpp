#include "core/measures/redundancy_torch.h"

#include "core/measures/activation_measure_torch.h"

namespace headscope::activations {
namespace {

std::vector<double> distances(const HeadSums& sums, const at::Tensor& o) {
    std::vector<double> values = redundancy_of_pairs(sums.second(), o, sums.head_dim());
    for (double& value : values)
        value = 1.0 - value;
    return values;
}

}  // namespace

extern const ActivationMeasure redundancy;
const ActivationMeasure redundancy{
    .values = ActivationMeasure::Values::distances,
    .from_moments = distances,
};

}  // namespace headscope::activations
