#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/analysis.h"
#include "app/commands.h"
#include "app/comparison.h"
#include "app/table.h"
#include "core/base/error.h"
#include "core/base/process_rank.h"
#include "core/report/results.h"
#include "core/search/compress.h"

namespace headscope::app {
namespace {

/// "-25%" or "25%" as 0.25.
double parse_share(const std::string& option, const std::string& text) {
    const Removal removal =
        parse_removal("heads:" + (text.starts_with('-') ? text.substr(1) : text));
    if (removal.share > 0.0) return removal.share;
    fail(ErrorCode::bad_input, "{} \"{}\": give a percentage that is to go, such as -25%", option,
         text);
}

CompressParams compress_params(const Options& options) {
    CompressParams params;
    if (options.fewer_heads.empty() == options.smaller_cache.empty())
        fail(ErrorCode::bad_input, "give either --heads or --kv_cache, such as --heads -25%");
    params.search.unit = options.fewer_heads.empty() ? RemovalUnit::kv_heads : RemovalUnit::heads;
    params.search.share = options.fewer_heads.empty()
                              ? parse_share("--kv_cache", options.smaller_cache)
                              : parse_share("--heads", options.fewer_heads);
    params.search.layers = parse_layers(options.layers);
    params.search.probe_windows = options.probe_windows;
    params.search.rounds = options.rounds;
    params.search.pairs = options.pairs_only;
    params.search.remeasure = options.remeasure;
    params.search.refit.refit = parse_refit(options.refit);
    params.search.refit.layers = parse_refit_layers(options.refit_layers);
    params.search.refit.distill = options.merging.refit.distill;
    params.work = options.work();
    params.work.rule.refit = params.search.refit;
    if (!options.was_given("--calibration_windows")) params.work.calibration.windows = 0;
    params.output_dir = options.output_dir;
    params.force = options.force;
    params.write_model = !options.no_model;
    return params;
}

nlohmann::ordered_json point_event(const RemovalPoint& point) {
    return {{"event", "point"},
            {"units", point.units},
            {"heads", point.heads},
            {"change", to_json(point.change)}};
}

}  // namespace

void run_compress(const Options& options, Display& display, const std::stop_token& stop) {
    const CompressParams params = compress_params(options);
    GreedyRemovalObserver observer;
    observer.progress = [&](const Progress& progress) { display.progress(progress); };
    observer.point = [&](const RemovalPoint& point) {
        display.event(point_event(point));
        display.print(fmt::format("{} heads gone: {} on held-out calibration text", point.heads,
                                  change_text(point.change.perplexity_ratio)));
    };
    const CompressResult result = compress(params, observer, stop);
    if (!process_rank().first()) return;
    const Result& run = result.run;
    display.event({{"event", "result"},
                   {"summary", to_json(run.summary)},
                   {"original", to_json(run.original)},
                   {"compressed", to_json(run.merged)},
                   {"change", to_json(*run.change)},
                   {"resumed_points", result.resumed_points},
                   {"search_seconds", result.search.seconds}});
    display.print(fmt::format(
        "\n{} heads removed, {} KV heads with all their heads; searched in {:.0f} s{}\n"
        "perplexity {} -> {}, change {}",
        run.summary.removed_heads, run.summary.removed_kv_heads, result.search.seconds,
        result.resumed_points > 0
            ? fmt::format(" ({} rounds taken from an earlier start)", result.resumed_points)
            : "",
        perplexity_text(run.original.perplexity), perplexity_text(run.merged.perplexity),
        change_text(run.change->perplexity_ratio)));
    if (result.model) {
        display.print(fmt::format("{}\n{}{}", result.model->directory.string(),
                                  bytes_text(result.model->bytes),
                                  result.compact ? "" : ", of the shape that it had"));
    }
    const AnalysisParams analysis{params.output_dir, params.output_dir, {}, true};
    print_outcome(display, analysis, write_analysis(analysis, display, stop));
    display.print(fmt::format("\n{}\nTo use the plan: --plan {}",
                              (params.output_dir / kCompressFileName).string(),
                              (params.output_dir / kPlanFileName).string()));
}

}  // namespace headscope::app
