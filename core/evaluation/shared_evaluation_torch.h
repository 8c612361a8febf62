#pragma once

#include <cstdint>
#include <stop_token>
#include <vector>

#include "core/evaluation/evaluation_torch.h"
#include "core/evaluation/process_group_torch.h"

namespace headscope {

/// Evaluates the windows `open` together with the other processes of `group`: in rounds, in each of
/// which every process scores its share, and then all exchange what they scored, so that each has
/// the scores of all. Every process must call it for the same work: Error(bad_input) otherwise.
/// Throws Error(device) where another process failed or was lost, Error(cancelled) where one was
/// stopped.
void evaluate_shared(ProcessGroup& group, const Model& model, const EvaluationParams& params,
                     Evaluation& evaluation, const std::vector<std::int64_t>& open,
                     ScoreCollector& collector, const std::stop_token& stop);

}  // namespace headscope
