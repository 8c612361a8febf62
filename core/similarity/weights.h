#pragma once

#include <cstdint>
#include <span>

#include "core/checkpoint/checkpoint.h"

namespace headscope {

/// Elements [first, first + out.size()) of a tensor in row-major order, exactly. Slow and simple:
/// for the few places that the kernels cannot handle.
void decode_weights(const TensorView& tensor, std::int64_t first, std::span<double> out);

/// Throws Error(bad_input) that names the tensor and the place of its first NaN or infinity;
/// returns where there is none.
void require_finite(const TensorView& tensor);

}  // namespace headscope
