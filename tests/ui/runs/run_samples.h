#pragma once

#include <cmath>
#include <limits>
#include <memory>
#include <vector>

#include "ui/runs/run.h"

namespace headscope::testing {

/// The settings of a sample run, as its manifest tells them.
inline Manifest sample_manifest() {
    Manifest manifest;
    manifest.program_version = "1.2.3";
    manifest.model_path = "/models/demo";
    manifest.settings = {.model_fingerprint = "f00d",
                         .measure = "q",
                         .calibration = {},
                         .rule = {},
                         .layers = {0, 1, 2, 3, 4, 5},
                         .protocol = "gptq",
                         .window = 512,
                         .windows = 775,
                         .bos_rule = "once, in front of the text",
                         .bos_decided_by = "the post-processor",
                         .corpus_name = "wikitext-2 test",
                         .corpus_sha256 = "c0de",
                         .tokenizer_fingerprint = "70c5",
                         .token_count = 397000,
                         .token_ids_sha256 = "1d5",
                         .dtype = "float32",
                         .device = "cpu",
                         .tasks = {}};
    manifest.started = "2026-01-02T03:04:05Z";
    manifest.duration_seconds = 83.0;
    manifest.evaluated_together = 4;
    return manifest;
}

/// The outcome of a merge that raised the perplexity by `percent`.
inline Result sample_result(double threshold, double percent) {
    const double ratio = 1.0 + percent / 100.0;
    const double merged = 61.5 * ratio;
    Result result;
    result.threshold = threshold;
    result.original = {{61.5, 60.25, 62.75}, {0.33, 0.32, 0.34}, 1000.5, 330, 1000, 775};
    result.merged = {{merged, merged - 1.25, merged + 1.5},
                     {0.33 - percent / 1000.0, 0.32, 0.34},
                     1010.25,
                     329,
                     1000,
                     775};
    result.change =
        Change{{ratio, ratio - 0.001, ratio + 0.001},
               {-percent / 1000.0, -percent / 1000.0 - 0.0005, -percent / 1000.0 + 0.0005}};
    LayerPlan layer;
    layer.layer = 3;
    layer.pairs = {{0, 1, 0.996}};
    layer.groups = {{0, 1}};
    result.plan.rule.threshold = threshold;
    result.plan.layers = {layer};
    result.summary = {.pairs = 1,
                      .groups = 1,
                      .merged_heads = 2,
                      .side_effect_heads = 3,
                      .removable_parameters = 12345};
    result.similarity = {{3, 2, {1.0, 0.996, 0.996, 1.0}}};
    result.manifest = sample_manifest();
    return result;
}

/// A run as the window holds it after a results file was opened.
inline ui::Run run_of(const Result& result) {
    ui::Run run;
    run.state = ui::RunState::finished;
    run.model_name = QStringLiteral("demo");
    run.model_path = QStringLiteral("/models/demo");
    run.threshold = result.threshold;
    run.plan = result.plan;
    run.summary = result.summary;
    run.original = result.original;
    run.merged = result.merged;
    run.change = result.change;
    run.result = std::make_shared<const Result>(result);
    return run;
}

/// A finished run of this window: with choices, settings and a curve.
inline ui::Run finished_run(double threshold, double percent) {
    ui::Run run = run_of(sample_result(threshold, percent));
    run.choices.emplace().threshold = threshold;
    run.settings.emplace();
    return run;
}

/// A finished run in which each layer had a threshold of its own.
inline ui::Run run_per_layer(const LayerThresholds& thresholds, double percent) {
    Result result = sample_result(lowest_threshold(thresholds), percent);
    result.plan.layer_thresholds = thresholds;
    return run_of(result);
}

/// The point of a live curve after so many windows; its interval narrows.
inline ui::CurvePoint curve_point(std::int64_t windows, double percent) {
    const double wide = windows > 1 ? 2.0 / std::sqrt(static_cast<double>(windows))
                                    : std::numeric_limits<double>::infinity();
    const double ratio = 1.0 + (percent + std::sin(static_cast<double>(windows) / 9.0) * 3.0 /
                                              static_cast<double>(windows)) /
                                   100.0;
    return {windows,
            61.5,
            {61.5 * ratio, 61.5 * ratio - wide, 61.5 * ratio + wide},
            {ratio, ratio - wide / 200.0, ratio + wide / 200.0}};
}

/// A run that has done `windows` of 775 windows.
inline ui::Run running_run(double threshold, double percent, std::int64_t windows) {
    ui::Run run;
    run.state = ui::RunState::running;
    run.model_name = QStringLiteral("demo");
    run.model_path = QStringLiteral("/models/demo");
    run.threshold = threshold;
    run.choices.emplace().threshold = threshold;
    run.settings.emplace();
    run.settings->text.window = 512;
    run.plan.rule.threshold = threshold;
    for (int layer = 0; layer < 6; ++layer)
        run.plan.layers.emplace_back().layer = layer;
    run.summary.pairs = 1234;
    run.progress = {"evaluating", windows, 775, "windows"};
    run.seconds = 12.0;
    run.windows_per_second = 9.25;
    run.remaining_seconds = 71.0;
    for (std::int64_t done = 1; done <= windows; ++done) {
        run.curve.push_back(curve_point(done, percent));
    }
    const ui::CurvePoint& last = run.curve.back();
    run.original = Metrics{{61.5, 60.0, 63.0}, {0.33, 0.32, 0.34}, 1.0, 1, 2, windows};
    run.merged = Metrics{last.merged, {0.329, 0.32, 0.34}, 1.0, 1, 2, windows};
    run.change = Change{last.ratio, {-0.001, -0.002, 0.0}};
    return run;
}

}  // namespace headscope::testing
