#pragma once

#include <string>
#include <vector>

#include "core/report/analysis.h"

namespace headscope {

/// Settings in words ("window of 512 tokens", "grouping complete"). Hashes, and counts that follow
/// from others, are left out unless there is nothing else.
std::vector<std::string> difference_phrases(const std::vector<Setting>& settings);

}  // namespace headscope
