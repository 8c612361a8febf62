#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/progress.h"
#include "core/evaluation/scores.h"
#include "core/evaluation/windows.h"
#include "core/model/model.h"
#include "core/search/layer_levels.h"

namespace headscope {

/// What a budget search may do.
struct FindParams {
    double max_ppl_increase = 0.01;  ///< of the original's perplexity, as a share
    Gain gain = Gain::merged;
    int candidates = 16;             ///< thresholds tried in each layer, at most
    std::int64_t probe_windows = 8;  ///< windows on which plans are tried out
    MergeRule rule;                  ///< its threshold is not used
};

enum class StepOutcome {
    taken,       ///< the plan goes on with it
    refused,     ///< with it the plan would break the budget
    taken_back,  ///< the plan with it broke the budget on all windows
};

std::string_view name_of(StepOutcome outcome);

/// A step of the path: one layer is merged at a lower threshold.
struct SearchStep {
    StepOutcome outcome = StepOutcome::taken;
    int layer = 0;
    double threshold = 0.0;
    std::int64_t gain = 0;  ///< of the whole plan with the step; without it where it is taken back
    Change change;          ///< of that plan on the probe windows
    int checks = 0;         ///< that came before
};

/// A plan on all windows.
struct SearchCheck {
    LayerThresholds thresholds;
    std::int64_t gain = 0;
    Change probed;  ///< on the probe windows
    Change change;  ///< on all
    bool held = false;
};

struct Findings {
    std::vector<MeasuredLayer> layers;
    std::vector<SearchStep> steps;
    std::vector<SearchCheck> checks;
    LayerThresholds thresholds;  ///< none where no step fits the budget
    Scores scores;               ///< of the original and of the plan, on all windows
    std::int64_t layer_passes = 0;
    std::int64_t separate_layer_passes = 0;
};

/// What a search tells on its way.
struct SearchObserver {
    ProgressFn progress;
    std::function<void(const SearchStep&)> step;
    std::function<void(const SearchCheck&)> check;
};

/// What a search works on; all of it must outlive the search.
struct SearchInput {
    const Model& model;
    std::shared_ptr<const Windows> windows;
    const std::vector<RankedPairs>& pairs;  ///< of each chosen layer, those that the policy allows
    std::vector<LayerCalibration> calibration = {};  ///< of these layers, where the rule needs it
};

/// Finds thresholds for each layer that merge the most heads while perplexity on all windows rises
/// by no more than the budget:
///
/// 1. Some thresholds of each layer are tried alone on the probe windows, the first of the shuffled
///    order (layer_levels.h).
/// 2. Steps are added greedily, the one with the most gain per damage first (greedy_walk.h).
/// Damages do not add up
///    exactly, so the whole plan is measured on the probe windows at every step, and a step that
///    breaks the budget there is refused.
/// 3. The plan is measured on all windows. Where it breaks the budget, the steps between the plan
///    that held and this one are bisected; where it leaves room, more are added. How far the probes
///    were wrong is learned from each check. The best plan that held on all windows is the result;
///    the original holds always.
///
/// It depends on the scores alone: with those of an earlier start in `book` it goes the same way
/// and comes to the same end. Throws what evaluate() throws; Error(bad_input) for a budget, number
/// of candidates or of probe windows that is not positive.
Findings find_thresholds(const SearchInput& input, const FindParams& params, ScoreBook& book,
                         const ScoreJournal* journal, const SearchObserver& observer = {},
                         const std::stop_token& stop = {});

/// A sentence for people where `probes` of `windows` are too few to tell small changes from noise;
/// empty where they are enough.
std::string few_probes_text(std::int64_t probes, std::int64_t windows);

/// The first windows of the shuffled order, at most `count` of them.
std::vector<std::int64_t> probe_windows(const Windows& windows, std::int64_t count);

}  // namespace headscope
