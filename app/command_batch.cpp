#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/analysis.h"
#include "app/commands.h"
#include "app/comparison.h"
#include "app/empty_plan.h"
#include "app/merge_manner.h"
#include "app/metrics_text.h"
#include "app/scores_note.h"
#include "app/table.h"
#include "core/base/locations.h"
#include "core/base/process_rank.h"
#include "core/base/version.h"
#include "core/report/metric_table.h"
#include "core/report/sweep.h"

namespace headscope::app {
namespace {

SweepParams sweep_params(const Options& options) {
    SweepParams params;
    params.model_path = options.model();
    params.opening = options.opening();
    params.thresholds = options.thresholds_or_default();
    params.layers = parse_layers(options.layers);
    params.measure = parse_measure(options.measure);
    params.calibration = options.calibration_text();
    params.rule = options.merging;
    params.text = options.text();
    params.tasks = options.tasks;
    params.task_limit = options.limit;
    params.task_items = options.task_items;
    params.compute = options.compute();
    params.output_dir = options.output_dir;
    params.cache_dir = cache_dir();
    params.program_version = kVersion;
    params.force = options.force;
    params.divergence = !options.no_divergence;
    return params;
}

void print_settings(Display& display, const SweepResult& sweep) {
    const RunSettings& settings = sweep.runs.front().result.manifest->settings;
    display.print(fmt::format(
        "\n{}\n{} ({} tokens), protocol {}, {} windows of {} tokens, {} on {}\n"
        "{}, grouping {}, KV policy {}{}; intervals are 95 %, changes are paired by "
        "window\n",
        sweep.runs.front().result.manifest->model_path, settings.corpus_name,
        count_text(settings.token_count), settings.protocol, count_text(settings.windows),
        settings.window, settings.dtype, settings.device,
        measure_text(settings.measure, settings.calibration), name_of(settings.rule.grouping),
        name_of(settings.rule.kv_policy), merge_phrases(sweep.runs.front().result.plan.rule)));
}

void print_results(Display& display, const SweepResult& sweep) {
    const Metrics& original = sweep.runs.front().result.original;
    Table table({"threshold", "pairs", "heads merged", "perplexity", "change", "accuracy",
                 "change (points)"});
    table.add({"original", "", "", perplexity_text(original.perplexity), "",
               percent_text(original.accuracy.value), ""});
    for (const SweepRun& run : sweep.runs) {
        const Result& result = run.result;
        table.add({threshold_text(result.threshold), count_text(result.summary.pairs),
                   count_text(result.summary.merged_heads),
                   perplexity_text(result.merged.perplexity),
                   result.change ? change_text(result.change->perplexity_ratio) : "",
                   percent_text(result.merged.accuracy.value),
                   result.change ? points_text(result.change->accuracy_difference) : ""});
    }
    display.print(table.text());
}

/// What the metrics beyond perplexity and accuracy say, where the runs have them.
void print_metrics(Display& display, const SweepResult& sweep) {
    std::vector<std::string> names{"original"};
    std::vector<std::vector<Metric>> columns{sweep.runs.front().result.original_metrics};
    for (const SweepRun& run : sweep.runs) {
        names.push_back(threshold_text(run.result.threshold));
        columns.push_back(run.result.merged_metrics);
    }
    print_metric_table(display, names, columns);
    for (const SweepRun& run : sweep.runs) {
        if (run.result.yardstick.empty()) continue;
        display.print(fmt::format("{} costs {} (headscope yardstick)",
                                  threshold_text(run.result.threshold), run.result.yardstick));
    }
}

/// Nothing selected is not an error, but it must be said, with what would select something.
void print_empty_plans(Display& display, const SweepResult& sweep, const ModelConfig& config) {
    for (const SweepRun& run : sweep.runs) {
        const std::string text =
            empty_plan_text(run.result.similarity, config, run.result.plan.rule);
        if (!text.empty()) display.print(text);
    }
}

void print_files(Display& display, const SweepResult& sweep) {
    display.print("");
    for (const SweepRun& run : sweep.runs) {
        display.print(fmt::format("{}{}", run.file.string(),
                                  run.skipped ? "  (finished before; --force does it again)" : ""));
    }
    const EvaluationResult& evaluation = sweep.evaluation;
    if (evaluation.separate_layer_passes == 0) return;
    const std::int64_t saved = evaluation.separate_layer_passes - evaluation.layer_passes;
    display.print(fmt::format(
        "\nEvaluated in {:.1f} s{}; {} layer passes done, {} saved by sharing ({:.0f} %)",
        evaluation.seconds,
        sweep.resumed_windows > 0
            ? fmt::format(", {} windows taken from an earlier start", sweep.resumed_windows)
            : "",
        count_text(evaluation.layer_passes), count_text(saved),
        100.0 * static_cast<double>(saved) /
            static_cast<double>(evaluation.separate_layer_passes)));
}

/// Charts, summaries and the report of all results in the folder, unless they are there.
void analyze_results(const Options& options, const SweepResult& sweep, Display& display,
                     const std::stop_token& stop) {
    const bool nothing_new = std::all_of(sweep.runs.begin(), sweep.runs.end(),
                                         [](const SweepRun& run) { return run.skipped; });
    if (nothing_new && analysis_is_up_to_date(options.output_dir)) {
        display.print("\nThe report was made before.");
        return;
    }
    const AnalysisParams params{options.output_dir, options.output_dir, {}, true};
    print_outcome(display, params, write_analysis(params, display, stop));
}

nlohmann::ordered_json result_event(const SweepResult& sweep) {
    nlohmann::ordered_json runs = nlohmann::ordered_json::array();
    for (const SweepRun& run : sweep.runs) {
        runs.push_back({{"threshold", run.result.threshold},
                        {"file", run.file.string()},
                        {"skipped", run.skipped},
                        {"original", to_json(run.result.original)},
                        {"merged", to_json(run.result.merged)},
                        {"change", run.result.change ? to_json(*run.result.change) : nullptr},
                        {"original_metrics", to_json(run.result.original_metrics)},
                        {"merged_metrics", to_json(run.result.merged_metrics)},
                        {"yardstick", run.result.yardstick},
                        {"summary", to_json(run.result.summary)}});
    }
    return {{"event", "result"},
            {"runs", std::move(runs)},
            {"resumed_windows", sweep.resumed_windows},
            {"resumed_sequences", sweep.resumed_sequences},
            {"layer_passes", sweep.evaluation.layer_passes},
            {"separate_layer_passes", sweep.evaluation.separate_layer_passes},
            {"seconds", sweep.evaluation.seconds},
            {"peak_device_bytes", sweep.evaluation.peak_device_bytes}};
}

}  // namespace

void run_batch(const Options& options, Display& display, const std::stop_token& stop) {
    const SweepParams params = sweep_params(options);
    const SweepObserver observer{[&](const Progress& progress) { display.progress(progress); },
                                 [&](const Scores& scores, const std::vector<double>& thresholds) {
                                     show_scores(display, scores, thresholds);
                                 }};
    const SweepResult sweep = run_sweep(params, observer, stop);
    if (!process_rank().first()) return;  // the first of several processes has the results
    print_settings(display, sweep);
    print_results(display, sweep);
    print_metrics(display, sweep);
    const ModelConfig config = Checkpoint::open(params.model_path).config();
    tell_notes(display, options.rule(0.0), config);
    print_empty_plans(display, sweep, config);
    print_files(display, sweep);
    try {
        if (!options.no_plots) analyze_results(options, sweep, display, stop);
    } catch (...) {
        display.event(
            result_event(sweep));  // what was evaluated stands, whatever happens to charts
        throw;
    }
    display.event(result_event(sweep));
}

}  // namespace headscope::app
