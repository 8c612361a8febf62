#pragma once

#include <cstdint>

#include "core/model/loaded_model_torch.h"

namespace headscope {

/// Throws Error(bad_input) with the name of a tensor that holds NaN or infinity; returns where none
/// does. Reads all weights.
void require_finite_weights(const LoadedModel& model);

/// Finds out why the loss of a window is not a number, and throws: Error(bad_input) with the name
/// of the tensor that holds NaN or infinity, or Error(unsupported) where the weights are sound and
/// the dtype overflowed.
[[noreturn]] void report_non_finite_loss(const LoadedModel& model, std::int64_t window);

}  // namespace headscope
