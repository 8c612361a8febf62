#pragma once

#include <string>

#include "core/model/loaded_model_torch.h"

namespace headscope {

/// Finds out why `what` ("the loss of window 3") is not a number, and throws: Error(bad_input) with
/// the name of the tensor that holds NaN or infinity, or Error(unsupported) where the weights are
/// sound and the dtype overflowed.
[[noreturn]] void report_non_finite(const LoadedModel& model, const std::string& what);

}  // namespace headscope
