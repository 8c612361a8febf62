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
#include "core/search/budget.h"
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

/// How much is to go, and what it may cost.
void read_goal(const Options& options, GreedyRemovalParams& search) {
    const bool sized = !options.fewer_heads.empty() || !options.smaller_cache.empty();
    if (!options.max_ppl_increase.empty())
        search.budget.ppl_increase = parse_ppl_increase(options.max_ppl_increase);
    if (options.max_kl > 0.0) search.budget.kl_divergence = options.max_kl;
    if (!sized && !search.budget.any()) {
        fail(ErrorCode::bad_input,
             "give a size such as --heads -25% or --kv_cache -33%, a budget such as --max_kl 0.05 "
             "or --max_ppl_increase 2%, or both");
    }
    constexpr double kMost = 0.9;  // where the budget alone says when to end
    search.unit = options.smaller_cache.empty() ? RemovalUnit::heads : RemovalUnit::kv_heads;
    search.share = !sized ? kMost
                   : options.smaller_cache.empty()
                       ? parse_share("--heads", options.fewer_heads)
                       : parse_share("--kv_cache", options.smaller_cache);
}

CompressParams compress_params(const Options& options) {
    CompressParams params;
    read_goal(options, params.search);
    params.search.layers = parse_layers(options.layers);
    params.search.probe_windows = options.probe_windows;
    params.search.rounds = options.rounds;
    params.search.pairs = options.pairs_only;
    params.search.remeasure = options.remeasure;
    params.search.refit.refit = parse_refit(options.refit);
    params.search.refit.layers = parse_refit_layers(options.refit_layers);
    params.search.refit.distill = options.merging.refit.distill;
    params.search.refit.distill_rate = options.merging.refit.distill_rate;
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
            {"change", to_json(point.change)},
            {"kl_divergence", point.kl}};
}

}  // namespace

void run_compress(const Options& options, Display& display, const std::stop_token& stop) {
    const CompressParams params = compress_params(options);
    GreedyRemovalObserver observer;
    observer.progress = [&](const Progress& progress) { display.progress(progress); };
    observer.point = [&](const RemovalPoint& point) {
        display.event(point_event(point));
        display.print(fmt::format("{} heads gone: {}, KL {:.3g} nats on held-out calibration text",
                                  point.heads, change_text(point.change.perplexity_ratio),
                                  point.kl));
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
