#include "ui/session/plan_maker.h"

#include <limits>
#include <utility>

namespace headscope::ui {

PlanMaker::PlanMaker(std::shared_ptr<const OpenedModel> model,
                     std::shared_ptr<const std::vector<RankedPairs>> allowed,
                     const Choices& choices)
    : model_(std::move(model)), allowed_(std::move(allowed)), choices_(choices) {
    for (int layer = 0; layer < model_->layers(); ++layer) {
        if (!choices.excluded_layers.contains(layer)) layers_.push_back(layer);
    }
}

MergePlan PlanMaker::plan_at(const Thresholds& thresholds) const {
    MergePlan plan{rule_at(thresholds.lowest()), {}};
    if (thresholds.of_layers()) {
        LayerThresholds& own = plan.layer_thresholds.emplace();
        for (const int layer : layers_) {
            if (const auto threshold = thresholds.of(layer)) own.emplace(layer, *threshold);
        }
        plan.rule.threshold = lowest_threshold(own);
    }
    for (const int layer : layers_) {
        const double threshold =
            thresholds.of(layer).value_or(std::numeric_limits<double>::infinity());
        const auto pairs = allowed_->at(static_cast<std::size_t>(layer)).at_least(threshold);
        plan.layers.push_back(layer_plan(layer, pairs, plan.rule));
    }
    return plan;
}

LayerPlan PlanMaker::layer_plan(int layer, std::span<const HeadPair> selected,
                                const MergeRule& rule) const {
    const auto removed = rule.removal.heads.find(layer);
    return make_layer_plan(
        layer,
        chosen_pairs(model_->matrices[static_cast<std::size_t>(layer)], model_->config(), rule,
                     {selected.begin(), selected.end()}),
        model_->config(), rule, model_->merge_calibration(layer),
        removed != rule.removal.heads.end() ? removed->second : std::vector<int>());
}

}  // namespace headscope::ui
