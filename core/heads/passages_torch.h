#pragma once

#include <cstdint>
#include <stop_token>
#include <vector>

#include "core/heads/passages.h"

namespace headscope {

/// top_passages(), for checked arguments.
std::vector<std::vector<HeadActivity>> find_passages(
    const Model& model, const std::vector<std::vector<std::int64_t>>& sequences,
    const PassageOptions& options, const ProgressFn& progress, const std::stop_token& stop);

}  // namespace headscope
