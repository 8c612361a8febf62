#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/merging/merge_plan.h"
#include "core/merging/ranked_pairs.h"

namespace headscope {

/// What a search wants much of.
enum class Gain {
    merged,     ///< heads that are a member of a group
    removable,  ///< heads that end as the copy of another, keys and values included
};

std::string_view name_of(Gain gain);

/// Throws Error(bad_input) that lists the choices.
Gain parse_gain(std::string_view name);

std::int64_t gain_of(const PlanSummary& summary, Gain gain);

/// One way to merge a layer.
struct Candidate {
    double threshold = 0.0;
    LayerPlan plan;
    PlanSummary summary;
    std::int64_t gain = 0;
};

/// What could be done to one layer: candidates with a rising gain, and so a falling threshold.
struct LayerCandidates {
    int layer = 0;
    std::vector<Candidate> candidates;
};

/// At most `most` ways to merge a layer, from the first that gains anything to all pairs that
/// `pairs` holds, where each gains by about the same factor more than the one before: the
/// differences are small where merging does little, which is where a small budget ends. A threshold
/// lies between the last pair that is in and the first that is not; pairs of equal similarity go
/// together. Empty where no plan gains anything. `calibration`: see make_layer_plan.
LayerCandidates make_candidates(const RankedPairs& pairs, const ModelConfig& config,
                                const MergeRule& rule, Gain gain, int most,
                                const LayerCalibration* calibration = nullptr);

}  // namespace headscope
