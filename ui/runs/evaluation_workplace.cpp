#include "ui/runs/evaluation_workplace.h"

#include <system_error>
#include <utility>

#include "core/base/error.h"
#include "core/base/locations.h"
#include "core/base/version.h"
#include "core/refit/refit.h"
#include "core/report/yardstick.h"
#include "ui/session/error_text.h"

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

std::vector<PlannedVariant> plan_variants(const EvaluationRequest& request,
                                          const std::stop_token& stop) {
    std::vector<PlannedVariant> variants;
    for (const Thresholds& thresholds : request.thresholds) {
        throw_if_stopped(stop);
        MergePlan plan = request.plans.plan_at(thresholds);
        PlanSummary summary = summarize(plan, request.plans.model()->config());
        variants.push_back({std::move(plan), summary});
    }
    return variants;
}

}  // namespace

void EvaluationWorkplace::prepare(const EvaluationRequest& request, const ProgressFn& progress,
                                  const std::stop_token& stop) {
    const bool other_model = !same_checkpoint(request.plans.model().get(), opened_.get());
    const bool other_compute = request.settings.compute != settings_.compute;
    const bool other_text = request.settings.text != settings_.text;
    if (other_model || other_compute || other_text) original_ = {};
    if (other_model || other_compute) model_.reset();
    if (other_model || other_text) text_.reset();
    if (other_model || other_text) calibration_.reset();
    opened_ = request.plans.model();
    settings_ = request.settings;
    if (!text_) {
        if (progress) progress({"tokenizing", 0, 0, ""});
        text_ = prepare_text(opened_->checkpoint, settings_.text, cache_dir(), stop);
    }
    throw_if_stopped(stop);
    if (!model_) model_ = shared_->get(opened_->checkpoint, settings_.compute, progress, stop);
}

EvaluationOutcome EvaluationWorkplace::evaluate(const EvaluationRequest& request,
                                                const ProgressFn& progress, const UpdateFn& update,
                                                const std::stop_token& stop) {
    std::vector<PlannedVariant> variants = plan_variants(request, stop);
    update(std::make_shared<const EvaluationUpdate>(EvaluationUpdate{variants, {}, {}, {}, {}}));
    prepare(request, progress, stop);
    if (opened_->calibration) require_apart(opened_->measuring.calibration, settings_.text.corpus);
    if (request.plans.rule_at(0.0).needs_calibration())
        require_apart(opened_->figures->calibrating.text, settings_.text.corpus);
    const bool estimate = request.window_limit != 0;
    const bool refit = !estimate && request.plans.rule_at(0.0).refit.refit != Refit::none;
    if (refit) read_calibration(request.plans.calibration(), progress, stop);
    std::optional<RunSettings> settings;
    if (!estimate) {
        // Before the work, so that a stop while files are read loses nothing.
        settings = run_settings(request, stop);
        update(std::make_shared<const EvaluationUpdate>(
            EvaluationUpdate{{}, {}, device_text(), settings, {}}));
    }

    ComparisonParams params{{}, text_->windows, request.window_limit, original_};
    params.divergence = !estimate && request.settings.divergence;
    if (refit) {
        params.variants = refitted(variants, progress, update, stop);
    } else {
        for (const PlannedVariant& variant : variants)
            params.variants.push_back(variant_of(variant.plan));
    }
    const std::string started = utc_now();
    const EvaluationResult evaluation = evaluate_against_original(
        *model_, params, progress,
        [&](const Scores& scores) {
            remember_original(scores);
            if (scores.windows_done() == 0) return;
            update(std::make_shared<const EvaluationUpdate>(
                EvaluationUpdate{{}, figures_of(scores), device_text(), {}, {}}));
        },
        stop);
    remember_original(evaluation.scores);

    EvaluationOutcome outcome;
    outcome.figures = figures_of(evaluation.scores);
    if (estimate) return outcome;  // which is no result
    const std::optional<Yardstick> yardstick =
        find_yardstick(cache_dir(), {settings->model_fingerprint, settings->protocol,
                                     settings->window, settings->corpus_sha256});
    Manifest common = manifest(request, evaluation);
    common.settings = *settings;
    common.started = started;
    for (std::size_t i = 0; i < variants.size(); ++i) {
        Result result = make_result(*opened_, variants[i], outcome.figures, i, common);
        result.original_metrics = evaluation.scores.metric_list(0);
        result.merged_metrics = evaluation.scores.metric_list(i + 1);
        if (yardstick) result.yardstick = place_on(*yardstick, result.merged_metrics);
        outcome.results.push_back(std::make_shared<const Result>(std::move(result)));
        if (params.divergence) outcome.tokens.push_back(tokens_of(evaluation.scores, i + 1));
    }
    outcome.files.resize(variants.size());
    if (!request.results_folder.empty()) save(request, outcome);
    return outcome;
}

void EvaluationWorkplace::read_calibration(const CalibrationOptions& options,
                                           const ProgressFn& progress,
                                           const std::stop_token& stop) {
    if (calibration_ && options == calibration_options_) return;
    if (progress) progress({"tokenizing", 0, 0, ""});
    calibration_ =
        prepare_calibration(opened_->checkpoint, options, settings_.text.corpus, cache_dir(), stop);
    calibration_options_ = options;
}

std::vector<Variant> EvaluationWorkplace::refitted(std::vector<PlannedVariant>& variants,
                                                   const ProgressFn& progress,
                                                   const UpdateFn& update,
                                                   const std::stop_token& stop) {
    std::vector<MergePlan> plans;
    for (const PlannedVariant& variant : variants)
        plans.push_back(variant.plan);
    std::vector<MergePlan*> to_refit;
    for (MergePlan& plan : plans)
        to_refit.push_back(&plan);
    std::vector<DistillCurve> curves(plans.size());
    const auto training = [&](std::size_t plan, const DistillCurve& curve) {
        curves[plan] = curve;
        update(std::make_shared<const EvaluationUpdate>(EvaluationUpdate{{}, {}, {}, {}, curves}));
    };
    refit_plans(*model_, calibration_->windows, to_refit, progress, stop, training);
    std::vector<Variant> refitted;
    for (std::size_t i = 0; i < plans.size(); ++i) {
        refitted.push_back(variant_of(plans[i]));
        variants[i].plan.distillation = plans[i].distillation;
    }
    return refitted;
}

std::shared_ptr<const TokenTable> EvaluationWorkplace::tokens_of(const Scores& scores,
                                                                 std::size_t variant) const {
    const Scores both{scores.predictions_per_window,
                      scores.done,
                      {scores.values.front(), scores.values[variant]}};
    return std::make_shared<const TokenTable>(
        token_table(*text_->windows, both, {"original", "variant"}));
}

void EvaluationWorkplace::release() {
    calibration_.reset();
    model_.reset();
    shared_->release();
    text_.reset();
    opened_.reset();
    original_ = {};
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

std::string EvaluationWorkplace::device_text() const {
    return model_->device() + ", " + std::string(name_of(model_->dtype()));
}

Manifest EvaluationWorkplace::manifest(const EvaluationRequest& request,
                                       const EvaluationResult& evaluation) const {
    Manifest manifest;
    manifest.program_version = kVersion;
    manifest.model_path = opened_->checkpoint.path().string();
    manifest.window_order_seed = Windows::kOrderSeed;
    manifest.duration_seconds = evaluation.seconds;
    manifest.evaluated_together = static_cast<int>(request.thresholds.size()) + 1;
    return manifest;
}

RunSettings EvaluationWorkplace::run_settings(const EvaluationRequest& request,
                                              const std::stop_token& stop) const {
    const MergeRule rule = request.plans.rule_at(0.0);
    RunSettings settings =
        make_run_settings(opened_->checkpoint, opened_->measure, rule, request.plans.layers(),
                          *text_, {model_->device(), model_->dtype()}, stop);
    settings.calibration = opened_->calibration;
    if (rule.needs_calibration()) settings.calibration = opened_->figures->record;
    if (rule.refit.refit != Refit::none) settings.calibration = calibration_->record;
    return settings;
}

Result EvaluationWorkplace::make_result(const OpenedModel& opened, const PlannedVariant& variant,
                                        const EvaluationFigures& figures, std::size_t index,
                                        const Manifest& manifest) {
    Result result;
    result.threshold = variant.plan.rule.threshold;
    result.original = figures.original;
    result.merged = figures.merged[index];
    result.change = figures.changes[index];
    result.plan = variant.plan;
    result.summary = variant.summary;
    for (const LayerPlan& layer : result.plan.layers) {
        result.similarity.push_back(opened.matrices.at(static_cast<std::size_t>(layer.layer)));
    }
    result.manifest = manifest;
    return result;
}

void EvaluationWorkplace::save(const EvaluationRequest& request, EvaluationOutcome& outcome) {
    try {
        std::error_code error;
        std::filesystem::create_directories(request.results_folder, error);
        for (std::size_t i = 0; i < outcome.results.size(); ++i) {
            outcome.files[i] = write_result(request.results_folder, *outcome.results[i]);
        }
    } catch (const Error& error) {
        outcome.save_error = error_text(error).toStdString();
    }
}

}  // namespace headscope::ui
