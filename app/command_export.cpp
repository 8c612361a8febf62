#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/commands.h"
#include "app/comparison.h"
#include "app/empty_plan.h"
#include "app/layer_thresholds_option.h"
#include "app/table.h"
#include "core/base/error.h"
#include "core/base/process_rank.h"
#include "core/base/version.h"
#include "core/export/export.h"
#include "core/report/figure_text.h"
#include "core/report/speed_text.h"

namespace headscope::app {
namespace {

nlohmann::ordered_json layer_event(const LayerCompaction& layer) {
    return {{"layer", layer.layer},
            {"heads_before", layer.before.heads},
            {"heads_after", layer.after.heads},
            {"kv_heads_before", layer.before.kv_heads},
            {"kv_heads_after", layer.after.kv_heads},
            {"remark", layer.remark}};
}

nlohmann::ordered_json size_event(const ModelSize& size) {
    nlohmann::ordered_json json{{"parameters", size.parameters},
                                {"bytes", size.bytes},
                                {"kv_cache_bytes_per_token", size.kv_cache_bytes_per_token}};
    add_speed(json, size.speed);
    return json;
}

void send_result(Display& display, const ExportResult& result) {
    nlohmann::ordered_json layers = nlohmann::ordered_json::array();
    for (const LayerCompaction& layer : result.layers)
        layers.push_back(layer_event(layer));
    display.event({{"event", "result"},
                   {"directory", result.directory.string()},
                   {"bytes", result.bytes},
                   {"changed_tensors", result.changed_tensors},
                   {"layers", std::move(layers)},
                   {"before", size_event(result.before)},
                   {"after", size_event(result.after)},
                   {"notes", result.notes},
                   {"seconds", result.seconds}});
}

/// What was removed from each layer, and why not more.
void print_removed(Display& display, const ExportResult& result) {
    if (result.layers.empty()) return;
    Table table({"layer", "heads left", "KV heads left"});
    std::string remarks;
    for (const LayerCompaction& layer : result.layers) {
        table.add({std::to_string(layer.layer),
                   fmt::format("{} of {}", layer.after.heads, layer.before.heads),
                   fmt::format("{} of {}", layer.after.kv_heads, layer.before.kv_heads)});
        if (!layer.remark.empty())
            remarks += fmt::format("\nLayer {}: {}.", layer.layer, layer.remark);
    }
    display.print("\n" + table.text() + remarks);
}

/// What the export brings.
void print_sizes(Display& display, const ExportResult& result) {
    const auto change = [](std::int64_t before, std::int64_t after) {
        return fmt::format(
            "{:+.1f} %", 100.0 * static_cast<double>(after - before) / static_cast<double>(before));
    };
    const ModelSize& before = result.before;
    const ModelSize& after = result.after;
    Table table({"", "before", "after", "change"});
    table.add({"parameters", figures::count_text(before.parameters),
               figures::count_text(after.parameters), change(before.parameters, after.parameters)});
    table.add({"weights on disk", bytes_text(before.bytes), bytes_text(after.bytes),
               change(before.bytes, after.bytes)});
    table.add({"KV cache per token (16 bits)", bytes_text(before.kv_cache_bytes_per_token),
               bytes_text(after.kv_cache_bytes_per_token),
               change(before.kv_cache_bytes_per_token, after.kv_cache_bytes_per_token)});
    const std::vector<SpeedTest> tests = tests_of(before.speed);
    const std::vector<SpeedTest> tests_after = tests_of(after.speed);
    for (std::size_t i = 0; i < tests.size(); ++i) {
        const Speed& was = tests[i].speed;
        const Speed& is = tests_after[i].speed;
        table.add({fmt::format("tokens a second ({})", tests[i].name), speed_text(was),
                   speed_text(is),
                   fmt::format("{:+.1f} %", 100.0 * (is.mean() / was.mean() - 1.0))});
    }
    display.print("\n" + table.text());
}

/// The plan that the options ask for. One threshold that selects nothing is an error that says what
/// would select something; that of layers is export_checkpoint()'s to tell.
MergePlan make_plan(const Options& options, const std::optional<LayerThresholds>& of_layers,
                    const Checkpoint& checkpoint, const MeasuredHeads& measured) {
    const ModelConfig& config = checkpoint.config();
    if (of_layers) {
        return make_merge_plan(measured.matrices, config, options.rule(0.0), *of_layers,
                               measured.merge_calibration);
    }
    const MergeRule rule = options.rule(options.thresholds.front());
    const std::string nothing = empty_plan_text(measured.matrices, config, rule);
    if (!nothing.empty()) {
        fail(ErrorCode::bad_input, "{}: {} There is no merged model to save",
             checkpoint.directory().string(), nothing);
    }
    return make_merge_plan(measured.matrices, config, rule, measured.merge_calibration);
}

}  // namespace

void run_export(const Options& given, Display& display, const std::stop_token& stop) {
    if (!process_rank().first()) return;  // the processes of a job share nothing here
    Options options = given;
    const std::optional<LayerThresholds> of_layers = take_layer_thresholds(options);
    const auto show = [&](const Progress& progress) { display.progress(progress); };
    const Checkpoint checkpoint = Checkpoint::open(options.model(), options.opening());
    const MeasuredHeads measured = measure_heads(checkpoint, options, display, stop);
    ExportParams params;
    std::vector<MergePlan> plans = {make_plan(options, of_layers, checkpoint, measured)};
    if (options.rule(0.0).refit.refit != Refit::none)
        refit_as_asked(measured.loaded.value(), measured, plans, display, stop);
    params.plan = std::move(plans.front());
    params.measure = parse_measure(options.measure);
    params.calibration = measured.calibration;
    params.output_dir = options.output_dir;
    params.format = parse_export_format(options.export_format);
    params.type = parse_export_type(options.export_type);
    params.max_shard_bytes = static_cast<std::int64_t>(options.max_shard_size);
    if (options.measure_speed)
        params.speed = SpeedMeasurement{{options.prompt, options.repetitions, options.generated},
                                        options.compute()};
    params.compact = options.compact;
    params.force = options.force;
    params.program_version = kVersion;
    const ExportResult result = export_checkpoint(checkpoint, params, show, stop);
    send_result(display, result);
    print_removed(display, result);
    print_sizes(display, result);
    for (const std::string& note : result.notes)
        display.print("\n" + note + ".");
    display.print(fmt::format("\n{}\n{} in {:.1f} s, {} tensors changed; {} says what was merged",
                              result.directory.string(), bytes_text(result.bytes), result.seconds,
                              result.changed_tensors.size(), kExportManifest));
}

}  // namespace headscope::app
