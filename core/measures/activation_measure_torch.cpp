#include "core/measures/activation_measure_torch.h"

#include <utility>

#include "core/base/error.h"

namespace headscope {
namespace activations {
#define HEADSCOPE_DECLARE(name) extern const ActivationMeasure name;
HEADSCOPE_ACTIVATION_MEASURES(HEADSCOPE_DECLARE)
#undef HEADSCOPE_DECLARE
}  // namespace activations

const ActivationMeasure& activation_measure(Measure measure) {
#define HEADSCOPE_ENTRY(name) std::pair{Measure::name, &activations::name},
    for (const auto& [listed, how] : {HEADSCOPE_ACTIVATION_MEASURES(HEADSCOPE_ENTRY)}) {
        if (listed == measure) return *how;
    }
#undef HEADSCOPE_ENTRY
    fail(ErrorCode::internal, "the measure {} has no activations", name_of(measure));
}

}  // namespace headscope
