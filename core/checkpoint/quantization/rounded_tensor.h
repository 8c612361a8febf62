#pragma once

#include <memory>
#include <vector>

#include "core/checkpoint/quantization/mixture.h"
#include "core/checkpoint/tensor_source.h"

namespace headscope {

/// The tensor with each row quantized to its type and read back, when it is read. Rows that `types`
/// do not name stay as they are.
TensorSource rounded_tensor(const TensorSource& tensor, std::vector<RowsOfType> types);

}  // namespace headscope
