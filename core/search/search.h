#pragma once

#include <filesystem>
#include <optional>
#include <stop_token>

#include "core/report/results.h"
#include "core/search/find_thresholds.h"
#include "core/search/preparation.h"

namespace headscope {

/// A budget search from the checkpoint to its file.
struct SearchParams {
    WorkParams work;
    Measure measure = Measure::q;
    double max_ppl_increase = 0.01;  ///< of the original's perplexity, as a share
    Gain gain = Gain::merged;
    int candidates = 16;
    std::int64_t probe_windows = 8;
    std::filesystem::path output_dir;
    bool by_settings = false;  ///< into a folder below that, one for each choice of settings
    bool force = false;  ///< search anew and replace the file, instead of taking it as the answer
};

struct SearchResult {
    std::filesystem::path file;
    Result result;                     ///< the plan on all windows
    std::optional<Findings> findings;  ///< how it was found; absent where it was finished before
    std::int64_t resumed_scores = 0;   ///< taken from an interrupted start
    double seconds = 0.0;
};

inline constexpr const char* kSearchFileName = "search.json";

/// Runs a search and writes search.json into its folder, a results file of the plan (results.h)
/// with the path that led to it under "search". Where the file is there with the same settings it
/// is the answer, unless `force`; with other settings, Error(bad_input) says which and nothing is
/// overwritten. When it is cancelled or killed, the scores so far stay in the folder, and the next
/// start with the same settings goes on from there and comes to the same end. Processes that a
/// launcher started together share the windows when they all make this call.
SearchResult run_search(const SearchParams& params, const SearchObserver& observer = {},
                        const std::stop_token& stop = {});

}  // namespace headscope
