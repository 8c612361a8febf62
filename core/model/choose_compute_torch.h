#pragma once

#include "core/model/model.h"
#include "core/model/weight_reader_torch.h"

namespace headscope {

/// See resolve() in model.h.
ResolvedCompute resolve_compute(const ComputeOptions& options);

/// How the weights of a model are held for a computation in `compute`.
WeightFormat choose_format(const ResolvedCompute& compute);

}  // namespace headscope
