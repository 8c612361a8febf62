#pragma once

#include <compare>
#include <set>

#include "core/measures/calibration.h"
#include "core/merging/layer_thresholds.h"
#include "core/merging/merge_plan.h"
#include "core/similarity/similarity.h"

namespace headscope::ui {

/// A head of the model.
struct HeadRef {
    int layer = 0;
    int head = 0;

    auto operator<=>(const HeadRef&) const = default;
};

/// The same heads, layer by layer.
[[nodiscard]] HeadsByLayer by_layer(const std::set<HeadRef>& heads);
[[nodiscard]] std::set<HeadRef> head_refs(const HeadsByLayer& heads);

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
    std::set<HeadRef> excluded_heads;  ///< that no threshold selects
    std::set<HeadRef> removed_heads;   ///< that go, of included layers
    GroupsByLayer merged_groups;       ///< merged at any similarity, in included layers
    Grouping grouping = Grouping::components;
    KvPolicy kv_policy = KvPolicy::average;
    Alignment align = Alignment::none;
    MeanWeights weights = MeanWeights::plain;
    bool rescale = false;
    Representative representative = Representative::mean;
    RefitRule refit;

    /// The rule that they give at a threshold, with the heads of included layers.
    [[nodiscard]] MergeRule rule_at(double value) const;

    bool operator==(const Choices&) const = default;
};

/// The groups with one more in each layer that has two or more of `heads`; groups that share a head
/// with it become part of it.
[[nodiscard]] GroupsByLayer with_group(GroupsByLayer groups, const std::set<HeadRef>& heads);

/// The groups without these heads; one that is left with a single head is gone.
[[nodiscard]] GroupsByLayer without_heads(GroupsByLayer groups, const std::set<HeadRef>& heads);

/// The choices without the heads that they name one by one, which belong to a model.
[[nodiscard]] Choices without_named_heads(Choices choices);

/// Without those that a model does not have.
[[nodiscard]] Choices with_heads_of(Choices choices, const ModelConfig& config);

}  // namespace headscope::ui
