#include "app/empty_plan.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/report/results.h"

namespace headscope::app {

std::string empty_plan_text(const std::vector<SimilarityMatrix>& matrices,
                            const ModelConfig& config, const MergeRule& rule) {
    // Pairs alone: how their means are taken does not matter, and may need figures.
    const MergeRule pairs{rule.threshold, Grouping::matching, rule.kv_policy};
    if (summarize(make_merge_plan(matrices, config, pairs), config).pairs > 0) return {};
    // At the lowest threshold every pair that the KV policy allows is in the plan, the best first.
    double highest = -1.0;
    for (const LayerPlan& layer :
         make_merge_plan(matrices, config, {-1.0, Grouping::matching, rule.kv_policy}).layers) {
        if (!layer.pairs.empty()) highest = std::max(highest, layer.pairs.front().similarity);
    }
    return fmt::format("Threshold {} selects nothing: the highest similarity{} is {:.4f}.",
                       threshold_text(rule.threshold),
                       rule.kv_policy == KvPolicy::within ? " of heads that share a KV head" : "",
                       highest);
}

}  // namespace headscope::app
