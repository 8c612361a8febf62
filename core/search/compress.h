#pragma once

#include <filesystem>
#include <optional>
#include <stop_token>

#include "core/export/export.h"
#include "core/report/results.h"
#include "core/search/greedy_removal.h"
#include "core/search/plan_file.h"
#include "core/search/preparation.h"

namespace headscope {

/// From a checkpoint to a smaller one: search, refit, evaluation, export.
struct CompressParams {
    WorkParams
        work;  ///< its text is what the plan is judged on, its calibration what it is found on
    GreedyRemovalParams search;
    std::filesystem::path output_dir;
    bool force = false;       ///< search again instead of going on from what is there
    bool write_model = true;  ///< export the model of the plan
};

struct CompressResult {
    GreedyRemovalResult search;
    std::size_t resumed_points = 0;  ///< rounds of an earlier start
    NamedPlan plan;
    Result run;  ///< the plan on the evaluation text
    std::filesystem::path run_file;
    std::optional<ExportResult> model;
    bool compact = false;  ///< whether the model's shape shrank
};

inline constexpr const char* kCompressFileName = "compress.json";
inline constexpr const char* kPlanFileName = "plan.json";

/// Finds what can be removed on the calibration text, refits the plan on all of it, evaluates it
/// on the evaluation text, and writes into the output folder: compress.json with the points on the
/// way (a Pareto front of damage against size, each with its plan), the damage of single units and
/// the result; plan.json for --plan; a results file; and the model. After each round compress.json
/// has the points so far, and a start with the same settings goes on from there.
CompressResult compress(const CompressParams& params, const GreedyRemovalObserver& observer = {},
                        const std::stop_token& stop = {});

}  // namespace headscope
