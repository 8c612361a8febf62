#pragma once

#include <set>

#include "core/measures/calibration.h"
#include "core/merging/layer_thresholds.h"
#include "core/merging/merge_plan.h"
#include "core/similarity/similarity.h"

namespace headscope::ui {

/// How the user says which pairs are merged.
enum class SelectBy {
    threshold,   ///< similarity of at least so much
    percentile,  ///< similarities above so many per cent of all
    closest,     ///< the closest N pairs
    per_layer,   ///< each layer has a threshold of its own, or merges nothing
};

/// Everything the user chooses about a merge: a value, so that it can be undone, kept and restored.
struct Choices {
    Measure measure = Measure::q;
    CalibrationOptions calibration;  ///< for measures of behaviour, and means that need it
    SelectBy select_by = SelectBy::threshold;
    double threshold = 0.98;   ///< in [-1, 1]
    double percentile = 99.0;  ///< in [0, 100], of the off-diagonal similarities of the layers
    int closest = 16;          ///< pairs
    LayerThresholds layer_thresholds;  ///< kept while another way is chosen
    std::set<int> excluded_layers;
    Grouping grouping = Grouping::components;
    KvPolicy kv_policy = KvPolicy::average;
    Alignment align = Alignment::none;
    MeanWeights weights = MeanWeights::plain;
    bool rescale = false;

    /// The rule that they give at a threshold.
    [[nodiscard]] MergeRule rule_at(double value) const {
        return {value, grouping, kv_policy, align, weights, rescale};
    }

    bool operator==(const Choices&) const = default;
};

}  // namespace headscope::ui
