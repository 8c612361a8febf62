#pragma once

#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/progress.h"
#include "core/evaluation/evaluator.h"
#include "core/evaluation/prepare.h"
#include "core/measures/calibration.h"
#include "core/merging/merge_plan.h"
#include "core/model/model.h"
#include "core/report/results.h"
#include "core/similarity/similarity.h"

namespace headscope {

/// The whole experiment: similarity, one merge plan for each threshold, all evaluated together with
/// the original, one results file for each.
struct SweepParams {
    std::filesystem::path model_path;
    OpenOptions opening;
    std::vector<double> thresholds;
    std::vector<int> layers;  ///< empty: all
    Measure measure = Measure::q;
    CalibrationOptions calibration;  ///< for measures of behaviour
    MergeRule rule;                  ///< its threshold is not used
    TextOptions text;
    std::string tasks;                 ///< NAME=FILE,... to score beside the text; empty: none
    std::int64_t task_limit = 0;       ///< the first so many items of each; 0: all
    std::filesystem::path task_items;  ///< file for every item of them; empty: none
    ComputeOptions compute;
    std::filesystem::path output_dir;
    std::filesystem::path cache_dir;  ///< for token ids; empty: no cache
    std::string program_version;
    bool divergence = true;  ///< see EvaluationParams
    bool force = false;      ///< replace finished results instead of skipping them
};

/// One threshold of a finished sweep.
struct SweepRun {
    std::filesystem::path file;
    Result result;
    bool skipped = false;  ///< was finished before
};

struct SweepResult {
    std::vector<SweepRun> runs;  ///< in the order of the thresholds
    PreparedText text;
    std::int64_t resumed_windows = 0;    ///< taken from an interrupted start
    std::int64_t resumed_sequences = 0;  ///< of tasks, likewise
    EvaluationResult evaluation;         ///< of what was evaluated now
};

/// What a sweep tells on its way. `partial` gets the scores so far, the original's first, then
/// those of `thresholds`: the ones that are evaluated now.
struct SweepObserver {
    ProgressFn progress;
    std::function<void(const Scores& scores, const std::vector<double>& thresholds)> partial;
};

/// Runs a sweep. Thresholds whose results file is there with the same settings are skipped unless
/// `force`; a file with other settings is an error that says which (nothing is overwritten). When
/// it is cancelled, the windows that were finished stay in the output folder, and the next start
/// with the same settings goes on from there.
SweepResult run_sweep(const SweepParams& params, const SweepObserver& observer = {},
                      const std::stop_token& stop = {});

}  // namespace headscope
