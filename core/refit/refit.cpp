#include "core/refit/refit.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>
#include <utility>

#include "core/base/error.h"
#include "core/base/process_rank.h"
#include "core/evaluation/evaluator.h"
#include "core/model/engine_module.h"
#include "core/refit/distillation.h"
#include "core/refit/refit_engine.h"

namespace headscope {
namespace {

const RefitEngine& engine() {
    return engine_table<RefitEngine>(kRefitEngineSymbol);
}

/// The weights of the first of several processes, in all of them: those of different devices
/// may differ in their last digits, and variants must not.
std::shared_ptr<const FittedWeights> agreed(FittedWeights weights) {
    for (std::vector<float>* values : {&weights.weight, &weights.bias}) {
        std::string bytes(values->size() * sizeof(float), '\0');
        std::memcpy(bytes.data(), values->data(), bytes.size());
        bytes = broadcast(bytes);
        values->resize(bytes.size() / sizeof(float));
        std::memcpy(values->data(), bytes.data(), bytes.size());
    }
    return std::make_shared<const FittedWeights>(std::move(weights));
}

void agree_on(LayerMerge& merge) {
    if (merge.output) merge.output = agreed(*merge.output);
    if (merge.mlp) merge.mlp = agreed(*merge.mlp);
    if (merge.values) merge.values = agreed(*merge.values);
}

RefitResult fit(const Model& model, const RefitParams& params, const ProgressFn& progress,
                const std::stop_token& stop) {
    RefitResult result = engine().refit(model, params, progress, stop);
    if (process_rank().alone()) return result;
    for (RefittedVariant& variant : result.variants) {
        for (auto& [layer, merge] : variant.variant)
            agree_on(merge);
    }
    for (auto& [layer, merges] : result.alternatives) {
        for (LayerMerge& merge : merges)
            agree_on(merge);
    }
    return result;
}

/// Both targets on most of the sequences; what loses less on the rest is taken.
RefitResult fit_either(const Model& model, RefitParams params, const ProgressFn& progress,
                       const std::stop_token& stop) {
    constexpr std::size_t kHeldOut = 8;  // every eighth
    const std::vector<std::int64_t> all =
        params.order.empty() ? params.windows->shuffled_order() : params.order;
    if (all.size() < 2) {
        params.rule.target = RefitTarget::residual;
        return fit(model, params, progress, stop);
    }
    std::vector<std::int64_t> held_out;
    params.order.clear();
    for (std::size_t i = 0; i < all.size(); ++i)
        (i % kHeldOut == 0 ? held_out : params.order).push_back(all[i]);
    params.rule.target = RefitTarget::layer;
    RefitResult of_layer = fit(model, params, progress, stop);
    params.rule.target = RefitTarget::residual;
    RefitResult of_residual = fit(model, params, progress, stop);
    EvaluationParams evaluation;
    evaluation.windows = params.windows;
    evaluation.order = held_out;
    for (const RefitResult* result : {&of_layer, &of_residual}) {
        for (const RefittedVariant& variant : result->variants)
            evaluation.variants.push_back(variant.variant);
    }
    const Scores scores = evaluate(model, evaluation, progress, {}, stop).scores;
    const std::size_t count = of_layer.variants.size();
    for (std::size_t v = 0; v < count; ++v) {
        if (scores.metrics(v).nll < scores.metrics(count + v).nll)
            of_residual.variants[v] = std::move(of_layer.variants[v]);
    }
    of_residual.seconds += of_layer.seconds;
    return of_residual;
}

/// Trains what was fitted.
void train(const Model& model, const DistillParams& params, RefittedVariant& variant,
           const ProgressFn& progress, const std::stop_token& stop,
           const DistillCurveFn& measured) {
    const bool fitted = std::ranges::any_of(
        variant.variant, [](const auto& of) { return of.second.output || of.second.mlp; });
    if (params.steps == 0 || !fitted) return;
    DistillResult result = distill(model, params, progress, stop, measured);
    variant.variant = std::move(result.variant);
    variant.distillation = std::move(result.curve);
    if (process_rank().alone()) return;
    for (auto& [layer, merge] : variant.variant)
        agree_on(merge);
}

}  // namespace

RefitResult refit(const Model& model, const RefitParams& params, const ProgressFn& progress,
                  const std::stop_token& stop) {
    if (!params.windows) fail(ErrorCode::internal, "a refit was given no text");
    return params.rule.target == RefitTarget::automatic ? fit_either(model, params, progress, stop)
                                                        : fit(model, params, progress, stop);
}

std::vector<RefittedVariant> refit_plans(const Model& model,
                                         const std::shared_ptr<const Windows>& windows,
                                         const std::vector<MergePlan*>& plans,
                                         const ProgressFn& progress, const std::stop_token& stop,
                                         const TrainingFn& training) {
    if (plans.empty() || plans.front()->rule.refit.refit == Refit::none) return {};
    RefitParams params;
    params.windows = windows;
    params.rule = plans.front()->rule.refit;
    for (const MergePlan* plan : plans)
        params.variants.push_back(variant_of(*plan));
    RefitResult result = refit(model, params, progress, stop);
    for (std::size_t i = 0; i < plans.size(); ++i) {
        const auto measured = [&](const DistillCurve& curve) {
            if (training) training(i, curve);
        };
        DistillParams training_of{result.variants[i].variant, windows, params.rule.distill};
        training_of.rate = params.rule.distill_rate;
        train(model, training_of, result.variants[i], progress, stop, measured);
        plans[i]->distillation = result.variants[i].distillation;
        for (LayerPlan& layer : plans[i]->layers) {
            const auto found = result.variants[i].variant.find(layer.layer);
            if (found != result.variants[i].variant.end()) layer.merge = found->second;
        }
    }
    return std::move(result.variants);
}

void find_removal_steps(const Model& model, RemovalUnit unit,
                        std::vector<LayerCalibration>& calibration, const std::stop_token& stop) {
    engine().find_removal_steps(model, unit, calibration, stop);
}

}  // namespace headscope
