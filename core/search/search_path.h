#pragma once

#include <filesystem>
#include <variant>
#include <vector>

#include "core/search/find_thresholds.h"

namespace headscope {

/// How a search came to its plan: steps, and between them checks on all windows, in the order in
/// which they were made.
using SearchPath = std::vector<std::variant<SearchStep, SearchCheck>>;

/// Of the steps and checks that a search gives back.
SearchPath search_path(const std::vector<SearchStep>& steps,
                       const std::vector<SearchCheck>& checks);

/// Of a file that write_search wrote. Throws Error(bad_input) that names the file and what is
/// missing or wrong in it.
SearchPath read_search_path(const std::filesystem::path& file);

}  // namespace headscope
