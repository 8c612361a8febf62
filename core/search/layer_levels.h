#pragma once

#include <cstdint>
#include <vector>

#include "core/search/candidates.h"
#include "core/search/variant_scorer.h"

namespace headscope {

/// A layer's candidates and what each costs alone, on the probe windows.
struct MeasuredLayer {
    LayerCandidates of;
    std::vector<Change> changes;  ///< [candidates]
};

/// The rise of the loss that a change means, nats a prediction.
double damage_of(const Change& change);

/// The upper end of its interval; the value itself where one window leaves the interval open.
double damage_at_worst(const Change& change);

/// Measures the candidates of `layers` alone on the windows `probes`, a few of each layer at a
/// time, from the least on. A layer's further candidates are left out once one of them alone costs
/// more than `budget`, nats a prediction: they could not be part of any plan that holds. Scores go
/// into the `book` of the `scorer`; `progress` has the most layer passes that there can still be.
std::vector<MeasuredLayer> measure_layers(std::vector<LayerCandidates> layers, double budget,
                                          const std::vector<std::int64_t>& probes,
                                          VariantScorer& scorer, const ScoreBook& book,
                                          const ProgressFn& progress);

}  // namespace headscope
