#pragma once

#include <string>
#include <vector>

#include "core/merging/merge_plan.h"

namespace headscope::app {

/// Says that a rule selects nothing and what the highest similarity is that it could select; empty
/// where it selects something.
std::string empty_plan_text(const std::vector<SimilarityMatrix>& matrices,
                            const ModelConfig& config, const MergeRule& rule);

}  // namespace headscope::app
