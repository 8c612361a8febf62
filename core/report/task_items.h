#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "core/evaluation/task_evaluation.h"

namespace headscope {

/// The log-likelihoods of every item of every task, so that a later run can be paired with this
/// one: for each task its file, the right answers, and by variant `{log_likelihoods, greedy}` of
/// each item. `variants`: their names, the original's first.
nlohmann::ordered_json task_items_json(const std::vector<TaskScores>& tasks,
                                       const std::vector<std::string>& variants);

}  // namespace headscope
