#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/commands.h"
#include "app/comparison.h"
#include "app/empty_plan.h"
#include "app/merge_manner.h"
#include "app/scores_note.h"
#include "app/table.h"
#include "core/base/locations.h"
#include "core/evaluation/evaluator.h"
#include "core/measures/merge_calibration.h"
#include "core/report/results.h"

namespace headscope::app {
namespace {

/// The original first, then one variant for each threshold.
std::vector<Variant> make_variants(const Options& options, const Checkpoint& checkpoint,
                                   const MeasuredHeads& measured, Display& display) {
    std::vector<Variant> variants(1);
    tell_notes(display, options.rule(0.0), checkpoint.config());
    for (const double threshold : options.given_thresholds()) {
        const MergeRule rule = options.rule(threshold);
        variants.push_back(variant_of(make_merge_plan(measured.matrices, checkpoint.config(), rule,
                                                      measured.merge_calibration)));
        const std::string nothing = empty_plan_text(measured.matrices, checkpoint.config(), rule);
        if (!nothing.empty()) display.print(nothing);
    }
    return variants;
}

void print_scores(Display& display, const Scores& scores, const std::vector<double>& thresholds) {
    Table table({"variant", "perplexity", "change", "accuracy", "change (points)"});
    for (std::size_t v = 0; v < scores.values.size(); ++v) {
        const Metrics metrics = scores.metrics(v);
        const Change change = scores.change(0, v);
        table.add({v == 0 ? "original" : threshold_text(thresholds.at(v - 1)),
                   perplexity_text(metrics.perplexity),
                   v == 0 ? "" : change_text(change.perplexity_ratio),
                   percent_text(metrics.accuracy.value),
                   v == 0 ? "" : points_text(change.accuracy_difference)});
    }
    display.print(table.text());
}

}  // namespace

void run_evaluate(const Options& options, Display& display, const std::stop_token& stop) {
    const auto show_progress = [&](const Progress& progress) { display.progress(progress); };
    join_processes();
    const Checkpoint checkpoint = Checkpoint::open(options.model());
    resolve(options.compute());  // a device that does not work is told before anything slow
    const PreparedText text = prepare_text(checkpoint, options.text(), cache_dir(), stop);
    const std::vector<double> thresholds = options.given_thresholds();
    const Model model = Model::load(checkpoint, options.compute(), show_progress, stop);
    MeasuredHeads measured;
    if (!thresholds.empty()) {
        measured = measure_heads(
            checkpoint, options, [&] { return model; }, display, stop);
        measured.matrices = agree_on(std::move(measured.matrices));
    }
    const EvaluationParams params{
        make_variants(options, checkpoint, measured, display), text.windows, {}};
    const EvaluationResult result = evaluate(
        model, params, show_progress,
        [&](const Scores& scores) { show_scores(display, scores, thresholds); }, stop);

    leave_processes();

    const std::int64_t windows = text.windows->count();
    const auto tokens = static_cast<double>(windows * text.windows->window());
    nlohmann::ordered_json variants = nlohmann::ordered_json::array();
    for (std::size_t v = 0; v < params.variants.size(); ++v) {
        variants.push_back({{"threshold", v == 0 ? nlohmann::ordered_json(nullptr)
                                                 : nlohmann::ordered_json(thresholds[v - 1])},
                            {"metrics", to_json(result.scores.metrics(v))},
                            {"change", to_json(result.scores.change(0, v))}});
    }
    display.event({{"event", "result"},
                   {"protocol", options.protocol},
                   {"bos_rule", text.bos_rule},
                   {"corpus", text.corpus_name},
                   {"corpus_sha256", text.corpus_sha256},
                   {"measure", options.measure},
                   {"calibration", calibration_json(measured.calibration)},
                   {"grouping", options.grouping},
                   {"kv_policy", options.kv_policy},
                   {"align", options.align},
                   {"weights", options.weights},
                   {"rescale", options.rescale},
                   {"layers", options.layers.empty() ? "all" : options.layers},
                   {"window", text.windows->window()},
                   {"windows", windows},
                   {"tokens", text.token_count},
                   {"token_ids_sha256", text.token_ids_sha256},
                   {"dtype", name_of(model.dtype())},
                   {"device", model.device()},
                   {"variants", std::move(variants)},
                   {"layer_passes", result.layer_passes},
                   {"separate_layer_passes", result.separate_layer_passes},
                   {"seconds", result.seconds},
                   {"peak_device_bytes", result.peak_device_bytes}});
    display.print(
        fmt::format("\n{}\n{} ({} tokens), protocol {}, {} windows of {} tokens, {} on {}\n",
                    checkpoint.directory().string(), text.corpus_name, count_text(text.token_count),
                    options.protocol, count_text(windows), text.windows->window(),
                    name_of(model.dtype()), model.device()));
    print_scores(display, result.scores, thresholds);
    display.print(fmt::format(
        "\n{:.2f} s, {} tokens a second of text; {} layer passes done, {} saved by "
        "sharing{}",
        result.seconds, count_text(static_cast<std::int64_t>(tokens / result.seconds)),
        count_text(result.layer_passes),
        count_text(result.separate_layer_passes - result.layer_passes),
        result.peak_device_bytes > 0
            ? fmt::format("; {} of device memory at most", bytes_text(result.peak_device_bytes))
            : ""));
}

}  // namespace headscope::app
