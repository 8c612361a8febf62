#pragma once

#include <cstdint>
#include <stop_token>
#include <vector>

#include "core/evaluation/evaluation_torch.h"

namespace headscope {

/// Evaluates the windows `open` on a model and its copies on other GPUs at the same time, each in a
/// thread of its own; `evaluation` is that of the model itself. A window always goes to the same
/// GPU, where states of it may be kept for later plans. What one of them throws ends the others and
/// is thrown.
void evaluate_on_copies(const LoadedModel& model, const EvaluationParams& params,
                        Evaluation& evaluation, const std::vector<std::int64_t>& open,
                        ScoreCollector& collector, const std::stop_token& stop);

}  // namespace headscope
