#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
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

/// What a plan may cost on the held-out sequences; infinite: as much as it likes.
struct RemovalBudget {
    static constexpr double kNone = std::numeric_limits<double>::infinity();
    double ppl_increase = kNone;   ///< rise of perplexity, as a share of the original's
    double kl_divergence = kNone;  ///< KL(original || plan), nats a token

    [[nodiscard]] bool any() const { return ppl_increase < kNone || kl_divergence < kNone; }
    [[nodiscard]] bool allows(double ratio, double kl) const {
        return ratio - 1.0 <= ppl_increase && kl <= kl_divergence;
    }
    bool operator==(const RemovalBudget&) const = default;
};

/// A search for the heads whose removal costs least once the output weights are refitted.
struct GreedyRemovalParams {
    RemovalUnit unit = RemovalUnit::heads;  ///< heads, or KV heads with the heads that they serve
    double share = 0.25;                    ///< of all units that are to go; with a budget: at most
    RemovalBudget budget = {};
    std::vector<int> layers;         ///< that may be changed; empty: all
    std::int64_t probe_windows = 8;  ///< held out of the refit, to measure damage on
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
    double kl = 0.0;         ///< KL(original || plan) there, nats a token
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
    std::vector<RemovalPoint> points;  ///< after each round; the last has what was asked for, or
                                       ///< as much of it as the budget allows
    std::vector<UnitDamage> damage;    ///< of all units alone, from the first round
    double seconds = 0.0;
};

/// Removes units greedily. In each round every unit that is left is removed alone from the plan so
/// far, the layer's output weights are refitted (core/refit), and the loss is measured on
/// calibration sequences that the refit does not see; the units of the least loss for each head go,
/// at most one of a layer in a round, and the plan is refitted. Damage does not add up, so it is
/// measured again in every round. The MLP is fitted, where the rule says so, for the plan of each
/// round alone. Candidates of a layer are evaluated together and share the states
/// before it; most of them drop out after a quarter of the sequences.
///
/// With a budget, a round whose plan costs more is taken back and tried again with half as many
/// units, until a single one is too many.
///
/// `windows`: of the calibration text; never the text that results are judged on. `from`: a plan of
/// an earlier start to go on from. Throws what refit() and evaluate() throw, and Error(bad_input)
/// for settings that leave nothing to do, or a budget that the first unit exceeds.
GreedyRemovalResult remove_greedily(const Model& model,
                                    const std::shared_ptr<const Windows>& windows,
                                    const GreedyRemovalParams& params,
                                    const std::vector<RemovalPoint>& from = {},
                                    const GreedyRemovalObserver& observer = {},
                                    const std::stop_token& stop = {});

}  // namespace headscope
