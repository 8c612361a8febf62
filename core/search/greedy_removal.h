#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/progress.h"
#include "core/evaluation/scores.h"
#include "core/evaluation/windows.h"
#include "core/merging/refit_rule.h"
#include "core/merging/removal.h"
#include "core/model/model.h"

namespace headscope {

/// A search for the heads whose removal costs least once the output weights are refitted.
struct GreedyRemovalParams {
    RemovalUnit unit = RemovalUnit::heads;  ///< heads, or KV heads with the heads that they serve
    double share = 0.25;                    ///< of all units that are to go
    std::vector<int> layers;                ///< that may be changed; empty: all
    std::int64_t probe_windows = 8;         ///< held out of the refit, to measure damage on
    int rounds = 8;  ///< in which units are taken and the damage of the others is measured again
    /// After the first round the damage of so many units alone is measured again, those that were
    /// least costly when last measured; 0: of all. Damage changes slowly from round to round (lazy
    /// greedy choice: Minoux, 1978).
    int remeasure = 0;
    RefitRule refit = {Refit::output, RefitTarget::residual, RefitLayers::changed};
    /// At most one unit of each KV head goes, so that the plan can be read as pairs that are
    /// merged: see Representative::stronger.
    bool pairs = false;
};

/// A plan on the way: what it removes and what that costs on the held-out sequences, refitted.
struct RemovalPoint {
    HeadsByLayer removed;
    std::int64_t units = 0;  ///< that are gone
    std::int64_t heads = 0;  ///< that are gone
    Change change;           ///< against the original, on the held-out sequences
};

/// The damage of one more unit: the rise of the loss over that of the plan so far.
struct UnitDamage {
    int layer = 0;
    std::vector<int> heads;  ///< that go
    double loss = 0.0;       ///< nats a prediction
};

/// What a search tells on its way, and what it can go on from.
struct GreedyRemovalObserver {
    ProgressFn progress;
    std::function<void(const RemovalPoint&)> point;
};

struct GreedyRemovalResult {
    std::vector<RemovalPoint> points;  ///< after each round; the last has what was asked for
    std::vector<UnitDamage> damage;    ///< of all units alone, from the first round
    double seconds = 0.0;
};

/// Removes units greedily. In each round every unit that is left is removed alone from the plan so
/// far, the layer's output weights are refitted (core/refit), and the loss is measured on
/// calibration sequences that the refit does not see; the units of the least loss for each head go,
/// at most one of a layer in a round, and the plan is refitted. Damage does not add up, so it is
/// measured again in every round. Candidates of a layer are evaluated together and share the states
/// before it; most of them drop out after a quarter of the sequences.
///
/// `windows`: of the calibration text; never the text that results are judged on. `from`: a plan of
/// an earlier start to go on from. Throws what refit() and evaluate() throw, and Error(bad_input)
/// for settings that leave nothing to do.
GreedyRemovalResult remove_greedily(const Model& model,
                                    const std::shared_ptr<const Windows>& windows,
                                    const GreedyRemovalParams& params,
                                    const std::vector<RemovalPoint>& from = {},
                                    const GreedyRemovalObserver& observer = {},
                                    const std::stop_token& stop = {});

}  // namespace headscope
