#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/architecture/model_config.h"
#include "core/merging/alignment.h"
#include "core/merging/distill_curve.h"
#include "core/merging/grouping.h"
#include "core/merging/kv_policy.h"
#include "core/merging/layer_calibration.h"
#include "core/merging/layer_merge.h"
#include "core/merging/layer_thresholds.h"
#include "core/merging/mean_weights.h"
#include "core/merging/pairs.h"
#include "core/merging/refit_rule.h"
#include "core/merging/removal.h"
#include "core/similarity/similarity.h"

namespace headscope {

/// What decides a plan, besides the similarities.
struct MergeRule {
    double threshold = 0.98;
    Grouping grouping = Grouping::components;
    KvPolicy kv_policy = KvPolicy::average;
    Alignment align = Alignment::none;
    MeanWeights weights = MeanWeights::plain;
    bool rescale = false;  ///< scale each mean to the mean norm of what it replaces
    Representative representative = Representative::mean;
    GroupsByLayer groups = {};  ///< merged whatever the threshold says
    Removal removal = {};       ///< heads that go, besides what is merged
    RefitRule refit = {};
    HeadsByLayer excluded = {};  ///< heads that no threshold selects

    bool operator==(const MergeRule&) const = default;

    /// Whether a plan needs the figures of a calibration text.
    [[nodiscard]] bool needs_calibration() const {
        return align == Alignment::activations || needs_usage();
    }

    /// Whether it needs to know how much each head writes.
    [[nodiscard]] bool needs_usage() const {
        return weights == MeanWeights::usage || representative == Representative::stronger ||
               removal.chooses();
    }

    /// Whether a calibration text is read at all.
    [[nodiscard]] bool reads_calibration() const {
        return needs_calibration() || refit.refit != Refit::none;
    }
};

/// The plan of one layer, and what it means there.
struct LayerPlan {
    int layer = 0;
    std::vector<HeadPair> pairs;
    std::vector<HeadGroup> groups;
    std::vector<HeadGroup> kv_groups;    ///< KV heads that become identical
    std::vector<int> side_effect_heads;  ///< heads in no group whose keys and values change
    LayerMerge merge;                    ///< with the heads that are removed
};

/// A merge plan: a value, made without touching weights. A layer that was not chosen is not in it.
struct MergePlan {
    MergeRule rule;
    std::vector<LayerPlan> layers;
    /// Where each layer has a threshold of its own; the rule's is the lowest of them then.
    std::optional<LayerThresholds> layer_thresholds = {};
    DistillCurve distillation = {};  ///< of the training of refitted weights, where there was one
};

/// Plans the merge of the layers in `matrices`. O(heads^2) a layer, O(heads^3) for `complete`.
/// `calibration`: of these layers, in any order, where the rule needs it. Throws Error(bad_input)
/// that names the option where it is not there.
MergePlan make_merge_plan(const std::vector<SimilarityMatrix>& matrices, const ModelConfig& config,
                          const MergeRule& rule,
                          const std::vector<LayerCalibration>& calibration = {});

/// The same with a threshold for each layer instead of the rule's; layers in `matrices` that have
/// none merge nothing. Throws Error(bad_input) for a threshold of a layer that is not in
/// `matrices`.
MergePlan make_merge_plan(const std::vector<SimilarityMatrix>& matrices, const ModelConfig& config,
                          const MergeRule& rule, const LayerThresholds& thresholds,
                          const std::vector<LayerCalibration>& calibration = {});

/// The pairs of one layer that a rule merges: those of `found`, which its threshold selects,
/// without the heads that it excludes, and those of the groups that it names; none that its KV
/// policy rules out. Ordered as find_pairs orders them.
std::vector<HeadPair> chosen_pairs(const SimilarityMatrix& matrix, const ModelConfig& config,
                                   const MergeRule& rule, std::vector<HeadPair> found);

/// Plans the merge of one layer from the pairs that `rule` merges there, as chosen_pairs() gives
/// them. `removed`:
/// heads that write nothing, ascending; pairs with one of them are left out.
/// `calibration`: of this layer, as above; null where there is none.
LayerPlan make_layer_plan(int layer, std::vector<HeadPair> pairs, const ModelConfig& config,
                          const MergeRule& rule, const LayerCalibration* calibration = nullptr,
                          std::vector<int> removed = {});

/// What people should know of a rule with this model, a sentence each: where it cannot do what was
/// asked for.
std::vector<std::string> notes_on(const MergeRule& rule, const ModelConfig& config);

/// A plan, or one layer of it, in numbers. What could be saved counts duplicates only: heads whose
/// Q, O, K and V all became the same can be held once (with their output columns summed), and so
/// can KV heads; removed heads, and KV heads that nobody reads, need not be held at all. It is what
/// the plan makes possible; an export carries it out.
struct PlanSummary {
    std::int64_t pairs = 0;
    std::int64_t groups = 0;
    std::int64_t merged_heads = 0;       ///< heads that are a member of a group
    std::int64_t identical_heads = 0;    ///< heads that end with the same Q and O as another head
    std::int64_t kv_heads_touched = 0;   ///< KV heads whose K and V change
    std::int64_t side_effect_heads = 0;  ///< heads in no group whose keys and values change
    std::int64_t removed_heads = 0;      ///< heads that write nothing
    std::int64_t removed_kv_heads = 0;   ///< KV heads all of whose heads are removed
    std::int64_t skipped_layers = 0;     ///< layers all of whose heads are removed
    std::int64_t removable_heads = 0;    ///< removed ones included, as below
    std::int64_t removable_kv_heads = 0;
    std::int64_t removable_parameters = 0;
    std::int64_t removable_bytes = 0;           ///< of weights, in the checkpoint's dtype
    std::int64_t kv_cache_bytes_per_token = 0;  ///< of cache, in the checkpoint's dtype

    PlanSummary& operator+=(const PlanSummary& other);

    /// Whether the variant is another model than the original.
    [[nodiscard]] bool changes_anything() const { return pairs > 0 || removed_heads > 0; }
};

PlanSummary summarize(const LayerPlan& plan, const ModelConfig& config);
PlanSummary summarize(const MergePlan& plan, const ModelConfig& config);

}  // namespace headscope
