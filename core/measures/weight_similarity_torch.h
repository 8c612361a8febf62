#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "core/similarity/similarity.h"

namespace headscope {

/// compute_similarity on a device of libtorch. Where a CPU counts operations, a GPU has them for
/// nothing: circuits are compared through the products of all heads, as the definition has it.
/// Products are float32 (never TF32), their sums over head_dim float64.
std::vector<SimilarityMatrix> weight_similarity_on_device(const Checkpoint& checkpoint,
                                                          const SimilarityParams& params,
                                                          const std::string& device,
                                                          const ProgressFn& progress,
                                                          const std::stop_token& stop);

}  // namespace headscope
