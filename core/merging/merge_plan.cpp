#include "core/merging/merge_plan.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <set>
#include <tuple>
#include <utility>

#include "core/base/disjoint_sets.h"
#include "core/base/error.h"
#include "core/merging/frames.h"

namespace headscope {
namespace {

std::size_t index(int value) {
    return static_cast<std::size_t>(value);
}

/// Connected components of the KV heads that the groups bring together.
std::vector<HeadGroup> group_kv_heads(const std::vector<HeadGroup>& groups, int kv_heads,
                                      int heads_per_kv) {
    DisjointSets sets(kv_heads);
    for (const HeadGroup& group : groups) {
        for (const int head : group)
            sets.join(group.front() / heads_per_kv, head / heads_per_kv);
    }
    return sets.sets_of_two_or_more();
}

std::vector<int> find_side_effects(const LayerPlan& plan, int heads_per_kv) {
    std::set<int> grouped;
    for (const HeadGroup& group : plan.groups)
        grouped.insert(group.begin(), group.end());
    std::vector<int> affected;
    for (const HeadGroup& kv_group : plan.kv_groups) {
        for (const int kv_head : kv_group) {
            for (int head = kv_head * heads_per_kv; head < (kv_head + 1) * heads_per_kv; ++head) {
                if (!grouped.contains(head)) affected.push_back(head);
            }
        }
    }
    std::sort(affected.begin(), affected.end());
    return affected;
}

/// Whether a head or KV head is in more than one of the steps.
bool overlap(const std::vector<HeadGroup>& steps) {
    std::vector<bool> seen;
    for (const HeadGroup& step : steps) {
        for (const int member : step) {
            if (index(member) >= seen.size()) seen.resize(index(member) + 1);
            if (seen[index(member)]) return true;
            seen[index(member)] = true;
        }
    }
    return false;
}

/// Steps that share no member may run in any order: sorted, equal merges compare equal.
void canonicalize(std::vector<HeadGroup>& steps) {
    if (!overlap(steps)) std::sort(steps.begin(), steps.end());
}

/// How the merge of a layer averages, beside what.
void set_manner(LayerMerge& merge, int layer, const ModelConfig& config, const MergeRule& rule,
                const LayerCalibration& calibration) {
    if (merge.head_steps.empty()) return;
    merge.weights = rule.weights;
    merge.rescale = rule.rescale;
    merge.representative = rule.representative;
    if (rule.weights == MeanWeights::usage || rule.representative == Representative::stronger)
        merge.usage = calibration.usage;
    if (rule.align == Alignment::none) return;
    const HeadCounts counts = config.heads_of(layer);
    const auto groups = frame_groups(merge, static_cast<int>(counts.kv_heads),
                                     static_cast<int>(counts.heads_per_kv_head()));
    if (groups.empty()) return;  // so that it equals the merge that does not align
    merge.align = rule.align;
    merge.align_queries = config.head_norm == HeadNorm::none && config.rope.rotary_dim == 0;
    if (rule.align == Alignment::activations) merge.moments = calibration.moments;
}

[[noreturn]] void lack_calibration(const std::string& option, int layer) {
    fail(ErrorCode::bad_input,
         "{} needs the figures of a calibration text, and there are none for layer {}", option,
         layer);
}

/// Throws where the rule needs figures that are not there or are of another shape.
void check_calibration(const LayerCalibration& calibration, int layer, const ModelConfig& config,
                       const MergeRule& rule) {
    const std::int64_t heads = config.heads_of(layer).heads;
    if (rule.weights == MeanWeights::usage || rule.representative == Representative::stronger) {
        const std::vector<double>& usage = calibration.usage;
        const bool sound = std::all_of(usage.begin(), usage.end(), [](double value) {
            return std::isfinite(value) && value >= 0.0;
        });
        if (usage.size() != static_cast<std::size_t>(heads) || !sound)
            lack_calibration(rule.weights == MeanWeights::usage ? "--weights usage"
                                                                : "--representative stronger",
                             layer);
    }
    if (rule.align == Alignment::activations) {
        const HeadMoments* moments = calibration.moments.get();
        const auto size = static_cast<std::size_t>(heads * config.head_dim);
        if (moments == nullptr || moments->heads != heads || moments->head_dim != config.head_dim ||
            moments->second.size() != size * size) {
            lack_calibration("--align activations", layer);
        }
    }
}

LayerMerge sequential_merge(const std::vector<HeadPair>& pairs, KvPolicy policy, int heads_per_kv) {
    LayerMerge merge;
    merge.head_steps.reserve(pairs.size());
    if (policy == KvPolicy::average) merge.kv_steps.reserve(pairs.size());
    for (const HeadPair& pair : pairs) {
        merge.head_steps.push_back({pair.first, pair.second});
        const auto [low, high] =
            std::minmax({pair.first / heads_per_kv, pair.second / heads_per_kv});
        if (policy == KvPolicy::average && low != high) merge.kv_steps.push_back({low, high});
    }
    return merge;
}

template <typename Value>
std::int64_t count_different(const std::vector<Value>& values) {
    return static_cast<std::int64_t>(std::set<Value>(values.begin(), values.end()).size());
}

/// How often a value occurs again after its first time.
template <typename Value>
std::int64_t repetitions(const std::vector<Value>& values) {
    return static_cast<std::int64_t>(values.size()) - count_different(values);
}

/// KV heads all of whose heads are removed.
std::int64_t count_unread_kv_heads(const std::vector<int>& removed, int kv_heads,
                                   int heads_per_kv) {
    std::vector<int> gone(index(kv_heads));
    for (const int head : removed)
        ++gone[index(head / heads_per_kv)];
    return std::count(gone.begin(), gone.end(), heads_per_kv);
}

/// Adds the pairs of the groups that the rule names, in the order of find_pairs.
void add_named_pairs(const SimilarityMatrix& matrix, const std::vector<HeadGroup>& groups,
                     std::vector<HeadPair>& pairs) {
    for (const HeadGroup& group : groups) {
        for (std::size_t i = 0; i < group.size(); ++i) {
            for (std::size_t j = i + 1; j < group.size(); ++j) {
                const HeadPair pair{group[i], group[j], matrix.at(group[i], group[j])};
                if (std::find(pairs.begin(), pairs.end(), pair) == pairs.end())
                    pairs.push_back(pair);
            }
        }
    }
    std::sort(pairs.begin(), pairs.end(), [](const HeadPair& a, const HeadPair& b) {
        return std::tie(b.similarity, a.first, a.second) <
               std::tie(a.similarity, b.first, b.second);
    });
}

}  // namespace

std::vector<HeadPair> chosen_pairs(const SimilarityMatrix& matrix, const ModelConfig& config,
                                   const MergeRule& rule, std::vector<HeadPair> found) {
    const auto excluded = rule.excluded.find(matrix.layer);
    if (excluded != rule.excluded.end()) {
        const auto is_excluded = [&heads = excluded->second](int head) {
            return std::binary_search(heads.begin(), heads.end(), head);
        };
        std::erase_if(found, [&](const HeadPair& pair) {
            return is_excluded(pair.first) || is_excluded(pair.second);
        });
    }
    const auto named = rule.groups.find(matrix.layer);
    if (named != rule.groups.end()) add_named_pairs(matrix, named->second, found);
    if (rule.kv_policy == KvPolicy::within) {
        const int heads_per_kv =
            static_cast<int>(config.heads_of(matrix.layer).heads_per_kv_head());
        std::erase_if(found, [&](const HeadPair& pair) {
            return pair.first / heads_per_kv != pair.second / heads_per_kv;
        });
    }
    return found;
}

LayerPlan make_layer_plan(int layer, std::vector<HeadPair> pairs, const ModelConfig& config,
                          const MergeRule& rule, const LayerCalibration* calibration,
                          std::vector<int> removed) {
    static const LayerCalibration kNone;
    if (calibration == nullptr) calibration = &kNone;
    std::erase_if(pairs, [&](const HeadPair& pair) {
        return std::binary_search(removed.begin(), removed.end(), pair.first) ||
               std::binary_search(removed.begin(), removed.end(), pair.second);
    });
    if (!pairs.empty()) check_calibration(*calibration, layer, config, rule);
    const HeadCounts counts = config.heads_of(layer);
    const int heads_per_kv = static_cast<int>(counts.heads_per_kv_head());
    LayerPlan plan;
    plan.layer = layer;
    plan.pairs = std::move(pairs);
    plan.groups = group_heads(static_cast<int>(counts.heads), plan.pairs, rule.grouping);
    if (rule.kv_policy == KvPolicy::average) {
        plan.kv_groups =
            group_kv_heads(plan.groups, static_cast<int>(counts.kv_heads), heads_per_kv);
    }
    plan.side_effect_heads = find_side_effects(plan, heads_per_kv);
    std::erase_if(plan.side_effect_heads, [&](int head) {
        return std::binary_search(removed.begin(), removed.end(), head);
    });
    plan.merge = rule.grouping == Grouping::sequential
                     ? sequential_merge(plan.pairs, rule.kv_policy, heads_per_kv)
                     : LayerMerge{plan.groups, plan.kv_groups};
    canonicalize(plan.merge.head_steps);
    canonicalize(plan.merge.kv_steps);
    set_manner(plan.merge, layer, config, rule, *calibration);
    plan.merge.removed = std::move(removed);
    return plan;
}

MergePlan make_merge_plan(const std::vector<SimilarityMatrix>& matrices, const ModelConfig& config,
                          const MergeRule& rule, const std::vector<LayerCalibration>& calibration) {
    MergePlan plan{rule, {}};
    plan.layers.reserve(matrices.size());
    check_groups(rule.groups, config);
    check_heads(rule.excluded, config);
    if (rule.refit.distill > 0 && rule.refit.refit == Refit::none) {
        fail(ErrorCode::bad_input,
             "--distill {} trains the weights that a refit found: add --refit output",
             rule.refit.distill);
    }
    HeadsByLayer removed = choose_removed(rule.removal, config, calibration);
    for (const SimilarityMatrix& matrix : matrices) {
        plan.layers.push_back(make_layer_plan(
            matrix.layer, chosen_pairs(matrix, config, rule, find_pairs(matrix, rule.threshold)),
            config, rule, find_layer(calibration, matrix.layer), std::move(removed[matrix.layer])));
    }
    return plan;
}

std::vector<std::string> notes_on(const MergeRule& rule, const ModelConfig& config) {
    std::vector<std::string> notes;
    if (config.head_norm == HeadNorm::all) {
        notes.emplace_back(
            "This model normalises the queries of all heads together: merged heads keep counting "
            "in "
            "that norm, their gains are averaged, and no head can be removed for good.");
    }
    if (config.architecture != nullptr && config.architecture->sinks) {
        notes.emplace_back(
            "Each head of this model has an attention sink: merging gives the heads of a group the "
            "logarithm of the mean of their sinks' exponentials.");
    }
    if (rule.align == Alignment::none) return notes;
    if (rule.kv_policy == KvPolicy::within || config.num_key_value_heads == 1) {
        notes.emplace_back(
            "Nothing is aligned: heads that share a KV head already have the same basis.");
    } else if (config.head_norm != HeadNorm::none) {
        notes.emplace_back(
            "Only V and O are aligned: this model normalises each head's query and key, with a "
            "gain for each dimension, so that Q and K cannot be turned.");
    } else if (config.rope.rotary_dim != 0) {
        notes.emplace_back(
            "Only V and O are aligned: this model rotates a part of each query and key, so that "
            "their pairs are not those that alignment turns.");
    }
    return notes;
}

MergePlan make_merge_plan(const std::vector<SimilarityMatrix>& matrices, const ModelConfig& config,
                          const MergeRule& rule, const LayerThresholds& thresholds,
                          const std::vector<LayerCalibration>& calibration) {
    for (const auto& [layer, threshold] : thresholds) {
        const auto has_layer = [layer = layer](const auto& matrix) {
            return matrix.layer == layer;
        };
        if (std::none_of(matrices.begin(), matrices.end(), has_layer)) {
            fail(ErrorCode::bad_input,
                 "layer {} has a threshold but is not among the layers that may be merged", layer);
        }
    }
    MergePlan plan{rule, {}, thresholds};
    plan.rule.threshold = lowest_threshold(thresholds);
    HeadsByLayer removed = choose_removed(rule.removal, config, calibration);
    for (const SimilarityMatrix& matrix : matrices) {
        const auto own = thresholds.find(matrix.layer);
        MergeRule of_layer = rule;
        of_layer.removal = {};
        of_layer.removal.heads[matrix.layer] = std::move(removed[matrix.layer]);
        of_layer.threshold =
            own == thresholds.end() ? std::numeric_limits<double>::infinity() : own->second;
        plan.layers.push_back(
            make_merge_plan({matrix}, config, of_layer, calibration).layers.front());
    }
    return plan;
}

PlanSummary& PlanSummary::operator+=(const PlanSummary& other) {
    pairs += other.pairs;
    groups += other.groups;
    merged_heads += other.merged_heads;
    identical_heads += other.identical_heads;
    kv_heads_touched += other.kv_heads_touched;
    side_effect_heads += other.side_effect_heads;
    removed_heads += other.removed_heads;
    removed_kv_heads += other.removed_kv_heads;
    skipped_layers += other.skipped_layers;
    removable_heads += other.removable_heads;
    removable_kv_heads += other.removable_kv_heads;
    removable_parameters += other.removable_parameters;
    removable_bytes += other.removable_bytes;
    kv_cache_bytes_per_token += other.kv_cache_bytes_per_token;
    return *this;
}

PlanSummary summarize(const LayerPlan& plan, const ModelConfig& config) {
    const HeadCounts counts = config.heads_of(plan.layer);
    const int heads = static_cast<int>(counts.heads);
    const int kv_heads = static_cast<int>(counts.kv_heads);
    const std::vector<int> head_content = final_contents(heads, plan.merge.head_steps);
    const std::vector<int> kv_content = final_contents(kv_heads, plan.merge.kv_steps);

    std::map<int, std::int64_t> owners;
    for (const int content : head_content)
        ++owners[content];
    const std::vector<int>& removed = plan.merge.removed;
    std::vector<std::pair<int, int>>
        whole_head;            // what a head computes: its own blocks and its K, V
    std::vector<int> read_kv;  // contents of the KV heads that some head reads
    for (int head = 0; head < heads; ++head) {
        if (std::binary_search(removed.begin(), removed.end(), head)) continue;
        const int kv_head = head / static_cast<int>(counts.heads_per_kv_head());
        read_kv.push_back(kv_content[index(kv_head)]);
        whole_head.emplace_back(head_content[index(head)], kv_content[index(kv_head)]);
    }

    PlanSummary summary;
    summary.pairs = static_cast<std::int64_t>(plan.pairs.size());
    summary.groups = static_cast<std::int64_t>(plan.groups.size());
    for (const HeadGroup& group : plan.groups) {
        summary.merged_heads += static_cast<std::int64_t>(group.size());
    }
    for (const auto& [content, count] : owners)
        summary.identical_heads += count > 1 ? count : 0;
    for (const HeadGroup& group : plan.kv_groups) {
        summary.kv_heads_touched += static_cast<std::int64_t>(group.size());
    }
    summary.side_effect_heads = static_cast<std::int64_t>(plan.side_effect_heads.size());
    summary.removed_heads = static_cast<std::int64_t>(removed.size());
    summary.removed_kv_heads = count_unread_kv_heads(removed, kv_heads, heads / kv_heads);
    summary.skipped_layers = whole_head.empty() ? 1 : 0;
    summary.removable_heads = summary.removed_heads + repetitions(whole_head);
    summary.removable_kv_heads = kv_heads - count_different(read_kv);
    // A head is its rows of Q and its columns of O; a KV head its rows of K and of V. Rows have a
    // bias, columns have none.
    const std::int64_t block = 2 * config.head_dim * config.hidden_size;
    const std::int64_t bias = config.qkv_bias ? config.head_dim : 0;
    const auto element = static_cast<std::int64_t>(size_of(config.dtype));
    summary.removable_parameters =
        (block + bias) * summary.removable_heads + (block + 2 * bias) * summary.removable_kv_heads;
    summary.removable_bytes = summary.removable_parameters * element;
    summary.kv_cache_bytes_per_token = 2 * config.head_dim * element * summary.removable_kv_heads;
    return summary;
}

PlanSummary summarize(const MergePlan& plan, const ModelConfig& config) {
    PlanSummary total;
    for (const LayerPlan& layer : plan.layers)
        total += summarize(layer, config);
    return total;
}

}  // namespace headscope
