#include "app/comparison.h"

#include <chrono>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/base/locations.h"
#include "core/measures/merge_calibration.h"
#include "core/report/manifest.h"

namespace headscope::app {

MeasuredHeads measure_heads(const Checkpoint& checkpoint, const Options& options,
                            const ModelFn& model, Display& display, const std::stop_token& stop) {
    MeasuredHeads measured;
    HeadComparison comparison{
        parse_measure(options.measure), parse_layers(options.layers), options.compute(), {}};
    const auto show_progress = [&](const Progress& progress) { display.progress(progress); };
    std::optional<Model> loaded;
    const MergeRule rule = options.rule(0.0);
    const bool watches = kind_of(comparison.measure) == MeasureKind::behaviour;
    if (watches || rule.needs_calibration()) {
        const CalibrationText text = prepare_calibration(checkpoint, options.calibration_text(),
                                                         options.corpus, cache_dir(), stop);
        comparison.calibration = text.windows;
        measured.calibration = text.record;
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
