#include "app/comparison.h"

#include <chrono>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/architecture/compared_only.h"
#include "core/base/locations.h"
#include "core/measures/merge_calibration.h"
#include "core/refit/refit.h"
#include "core/report/manifest.h"
#include "core/report/results.h"

namespace headscope::app {

namespace {

/// The layers that the user chose; otherwise all, or those that have heads to compare.
std::vector<int> wanted_layers(const Options& options, const Checkpoint& checkpoint) {
    std::vector<int> layers = parse_layers(options.layers);
    const auto only = read_compared_only(checkpoint.config(), checkpoint.config_json());
    if (!layers.empty() || !only) return layers;
    for (std::size_t layer = 0; layer < only->compared.size(); ++layer)
        if (only->compared[layer]) layers.push_back(static_cast<int>(layer));
    return layers;
}

}  // namespace

MeasuredHeads measure_heads(const Checkpoint& checkpoint, const Options& options,
                            const ModelFn& model, Display& display, const std::stop_token& stop) {
    MeasuredHeads measured;
    HeadComparison comparison{
        parse_measure(options.measure), wanted_layers(options, checkpoint), options.compute(), {}};
    const auto show_progress = [&](const Progress& progress) { display.progress(progress); };
    std::optional<Model>& loaded = measured.loaded;
    const MergeRule rule = options.rule(0.0);
    const bool watches = kind_of(comparison.measure) == MeasureKind::behaviour;
    if (watches || rule.reads_calibration()) {
        const CalibrationText text = prepare_calibration(checkpoint, options.calibration_text(),
                                                         options.corpus, cache_dir(), stop);
        comparison.calibration = text.windows;
        measured.calibration = text.record;
        measured.calibration_text = text.windows;
        loaded = model();
        measured.device = loaded->device();
    } else {
        measured.device = comparison_device(checkpoint, comparison);
    }
    const auto start = std::chrono::steady_clock::now();
    measured.matrices = compare_heads(
        checkpoint, comparison, [&] { return *loaded; }, show_progress, stop);
    measured.merge_calibration = calibrate_merge(
        rule, comparison.layers, comparison.calibration, [&] { return *loaded; }, show_progress,
        stop);
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    measured.seconds = taken.count();
    return measured;
}

MeasuredHeads measure_heads(const Checkpoint& checkpoint, const Options& options, Display& display,
                            const std::stop_token& stop) {
    const auto load = [&] {
        return Model::load(
            checkpoint, options.compute(),
            [&](const Progress& progress) { display.progress(progress); }, stop);
    };
    return measure_heads(checkpoint, options, load, display, stop);
}

namespace {

std::string mean_errors(const std::vector<LayerFit>& fits) {
    double before = 0.0;
    double after = 0.0;
    for (const LayerFit& fit : fits) {
        before += fit.before / static_cast<double>(fits.size());
        after += fit.after / static_cast<double>(fits.size());
    }
    return fmt::format("{:.3g} -> {:.3g}", before, after);
}

nlohmann::ordered_json to_json(const std::vector<LayerFit>& fits) {
    nlohmann::ordered_json layers = nlohmann::ordered_json::array();
    for (const LayerFit& fit : fits)
        layers.push_back({{"layer", fit.layer}, {"before", fit.before}, {"after", fit.after}});
    return layers;
}

void tell_distillation(const DistillCurve& curve, Display& display) {
    if (curve.empty()) return;
    const DistillPoint& best = best_of(curve);
    display.event({{"event", "distillation"}, {"curve", to_json(curve)}});
    display.print(fmt::format(
        "Trained for {} steps: KL divergence on held-out calibration text {:.4g} -> {:.4g} nats{}",
        curve.back().step, curve.front().held_out, best.held_out,
        best.step == curve.back().step ? "" : fmt::format(" (after step {})", best.step)));
}

}  // namespace

void refit_as_asked(const Model& model, const MeasuredHeads& measured,
                    std::vector<MergePlan>& plans, Display& display, const std::stop_token& stop) {
    std::vector<MergePlan*> all;
    for (MergePlan& plan : plans)
        all.push_back(&plan);
    const auto start = std::chrono::steady_clock::now();
    const auto refitted = refit_plans(
        model, measured.calibration_text, all,
        [&](const Progress& progress) { display.progress(progress); }, stop);
    if (refitted.empty()) return;
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    for (const RefittedVariant& variant : refitted) {
        nlohmann::ordered_json event{{"event", "refit"},
                                     {"target", name_of(variant.target)},
                                     {"layers", to_json(variant.fits)}};
        if (!variant.mlp_fits.empty()) event["mlp_layers"] = to_json(variant.mlp_fits);
        display.event(event);
        display.print(
            fmt::format("Refitted {} layers to target {}: error of what they write {}, mean",
                        variant.fits.size(), name_of(variant.target), mean_errors(variant.fits)));
        if (!variant.mlp_fits.empty()) {
            display.print(
                fmt::format("Refitted the MLP of {} layers: error of what they write {}, mean",
                            variant.mlp_fits.size(), mean_errors(variant.mlp_fits)));
        }
    }
    for (const RefittedVariant& variant : refitted)
        tell_distillation(variant.distillation, display);
    display.print(fmt::format("Refit in {:.1f} s", seconds.count()));
}

std::string measure_text(const std::string& measure,
                         const std::optional<CalibrationRecord>& calibration) {
    if (!calibration) return "measure " + measure;
    return fmt::format("measure {} over {} windows of {} tokens of {}", measure,
                       count_text(calibration->windows), calibration->window,
                       calibration->corpus_name);
}

nlohmann::ordered_json calibration_json(const std::optional<CalibrationRecord>& record) {
    return record ? to_json(*record) : nlohmann::ordered_json(nullptr);
}

}  // namespace headscope::app
