#include "ui/runs/evaluation_workplace.h"

#include <system_error>
#include <utility>

#include "core/base/error.h"
#include "core/base/locations.h"
#include "core/base/version.h"

namespace headscope::ui {
namespace {

EvaluationFigures figures_of(const Scores& scores) {
    EvaluationFigures figures;
    figures.windows = scores.windows_done();
    figures.original = scores.metrics(0);
    for (std::size_t variant = 1; variant < scores.values.size(); ++variant) {
        figures.merged.push_back(scores.metrics(variant));
        figures.changes.push_back(scores.change(0, variant));
    }
    return figures;
}

}  // namespace

EvaluationOutcome EvaluationWorkplace::evaluate(const EvaluationRequest& request,
                                                const ProgressFn& progress,
                                                const FiguresFn& partial,
                                                const std::stop_token& stop) {
    load(request, progress, stop);
    ComparisonParams params{{}, text_->windows, request.window_limit, original_};
    for (const MergePlan& plan : request.plans)
        params.variants.push_back(variant_of(plan));

    Manifest manifest;
    manifest.started = utc_now();
    const EvaluationResult evaluation = evaluate_against_original(
        *model_, params, progress,
        [&](const Scores& scores) {
            remember_original(scores);
            if (partial && scores.windows_done() > 0) {
                partial(std::make_shared<const EvaluationFigures>(figures_of(scores)));
            }
        },
        stop);
    remember_original(evaluation.scores);

    EvaluationOutcome outcome;
    outcome.figures = figures_of(evaluation.scores);
    if (request.window_limit != 0) return outcome;  // an estimate is no result
    manifest.program_version = kVersion;
    manifest.model_path = request.opened->checkpoint.directory().string();
    manifest.window_order_seed = Windows::kOrderSeed;
    manifest.duration_seconds = evaluation.seconds;
    manifest.evaluated_together = static_cast<int>(request.plans.size()) + 1;
    for (std::size_t plan = 0; plan < request.plans.size(); ++plan) {
        outcome.results.push_back(make_result(request, outcome.figures, plan, manifest));
    }
    outcome.files.resize(request.plans.size());
    if (!request.results_folder.empty()) save(request, outcome);
    return outcome;
}

std::string EvaluationWorkplace::device_text() const {
    return model_ ? model_->device() + ", " + std::string(name_of(model_->dtype())) : "";
}

void EvaluationWorkplace::release() {
    model_.reset();
    text_.reset();
    opened_.reset();
    original_ = {};
}

void EvaluationWorkplace::load(const EvaluationRequest& request, const ProgressFn& progress,
                               const std::stop_token& stop) {
    const bool other_model = request.opened != opened_;
    const bool other_compute = request.settings.compute != settings_.compute;
    const bool other_text = request.settings.text != settings_.text;
    if (other_model || other_compute || other_text) original_ = {};
    if (other_model || other_compute) model_.reset();
    if (other_model || other_text) text_.reset();
    opened_ = request.opened;
    settings_ = request.settings;
    if (!text_) {
        if (progress) progress({"tokenizing", 0, 0, ""});
        text_ = prepare_text(opened_->checkpoint, settings_.text, cache_dir());
    }
    throw_if_stopped(stop);
    if (!model_) model_ = Model::load(opened_->checkpoint, settings_.compute, progress, stop);
}

void EvaluationWorkplace::remember_original(const Scores& scores) {
    if (original_.done.size() != scores.done.size()) {
        original_ = scores_of(scores, 0);
        return;
    }
    for (std::size_t window = 0; window < scores.done.size(); ++window) {
        if (scores.done[window] == 0) continue;
        original_.done[window] = 1;
        original_.values.front()[window] = scores.values.front()[window];
    }
}

std::shared_ptr<const Result> EvaluationWorkplace::make_result(const EvaluationRequest& request,
                                                               const EvaluationFigures& figures,
                                                               std::size_t plan,
                                                               const Manifest& manifest) const {
    Result result;
    result.plan = request.plans[plan];
    const MergeRule& rule = result.plan.rule;
    result.threshold = rule.threshold;
    result.original = figures.original;
    result.merged = figures.merged[plan];
    result.change = figures.changes[plan];
    result.summary = summarize(result.plan, request.opened->config());
    for (const LayerPlan& layer : result.plan.layers) {
        result.similarity.push_back(
            request.opened->matrices.at(static_cast<std::size_t>(layer.layer)));
    }
    result.manifest = manifest;
    result.manifest->settings = make_run_settings(
        request.opened->checkpoint, request.opened->measure, rule.grouping, rule.kv_policy,
        request.layers, *text_, {model_->device(), model_->dtype()});
    return std::make_shared<const Result>(std::move(result));
}

void EvaluationWorkplace::save(const EvaluationRequest& request, EvaluationOutcome& outcome) {
    try {
        std::error_code error;
        std::filesystem::create_directories(request.results_folder, error);
        for (std::size_t plan = 0; plan < outcome.results.size(); ++plan) {
            outcome.files[plan] = write_result(request.results_folder, *outcome.results[plan]);
        }
    } catch (const Error& error) {
        outcome.save_error = error.what();
    }
}

}  // namespace headscope::ui
