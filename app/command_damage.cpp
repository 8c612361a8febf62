#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/commands.h"
#include "app/comparison.h"
#include "app/merge_manner.h"
#include "app/table.h"
#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/locations.h"
#include "core/base/process_rank.h"
#include "core/base/version.h"
#include "core/search/damage.h"
#include "core/search/damage_file.h"
#include "core/search/removal_damage.h"

namespace headscope::app {
namespace {

DamageParams damage_params(const Options& options) {
    DamageParams params;
    params.work = options.work();
    params.choose_by.clear();
    for (const std::string& name : options.measures)
        params.choose_by.push_back(parse_measure(name));
    for (const std::string& name : options.compare) {
        if (name == "all") {
            const auto all = all_measures();
            params.compare.insert(params.compare.end(), all.begin(), all.end());
        } else if (name != "none") {
            params.compare.push_back(parse_measure(name));
        }
    }
    params.choose = parse_choose_pairs(options.choose);
    params.pairs = static_cast<std::size_t>(options.pairs);
    params.seed = options.seed;
    params.probe_windows = options.probe_windows;
    params.output = options.output;
    params.force = options.force;
    return params;
}

std::string correlation_text(const std::optional<double>& correlation) {
    return correlation ? fmt::format("{:+.3f}", *correlation) : "-";
}

void print_settings(Display& display, const DamageResult& result, const MergeRule& rule) {
    const RunSettings& settings = result.manifest.settings;
    display.print(fmt::format(
        "\n{}\n{} ({} tokens), protocol {}, {} of {} windows of {} tokens, {} on {}\n"
        "perplexity {}; each pair merged alone, {}, grouping {}, KV policy {}{}\n",
        result.manifest.model_path, settings.corpus_name, count_text(settings.token_count),
        settings.protocol, count_text(result.probe_windows), count_text(settings.windows),
        settings.window, settings.dtype, settings.device,
        perplexity_text(result.original.perplexity),
        measure_text(settings.measure, settings.calibration), name_of(settings.rule.grouping),
        name_of(settings.rule.kv_policy), merge_phrases(rule)));
}

void print_pairs(Display& display, const DamageResult& result) {
    constexpr std::size_t kMost = 40;
    std::vector<std::string> header = {"layer", "heads"};
    for (const Measure measure : result.measures)
        header.emplace_back(name_of(measure));
    header.emplace_back("change of perplexity");
    Table table(std::move(header));
    std::vector<const PairDamage*> falling;
    for (const PairDamage& pair : result.pairs)
        falling.push_back(&pair);
    std::stable_sort(falling.begin(), falling.end(), [](const auto* a, const auto* b) {
        return a->loss().value > b->loss().value;
    });
    for (std::size_t i = 0; i < std::min(kMost, falling.size()); ++i) {
        const PairDamage& pair = *falling[i];
        std::vector<std::string> row = {std::to_string(pair.layer),
                                        fmt::format("{}-{}", pair.heads.first, pair.heads.second)};
        for (const double similarity : pair.similarities)
            row.push_back(fmt::format("{:.4f}", similarity));
        row.push_back(change_text(pair.change.perplexity_ratio));
        table.add(std::move(row));
    }
    display.print(table.text());
    if (falling.size() > kMost) {
        display.print(fmt::format("... and {} pairs that do less harm; --output keeps all of them",
                                  count_text(static_cast<std::int64_t>(falling.size() - kMost))));
    }
}

void print_rankings(Display& display, const DamageResult& result) {
    std::vector<std::string> header = {"measure", "pooled", "mean of layers"};
    for (const MeasureRanking::OfLayer& layer : result.rankings.front().layers)
        header.push_back(fmt::format("layer {}", layer.layer));
    Table table(std::move(header));
    for (const MeasureRanking& ranking : result.rankings) {
        std::vector<std::string> row = {std::string(name_of(ranking.measure)),
                                        correlation_text(ranking.pooled),
                                        correlation_text(ranking.mean)};
        for (const MeasureRanking::OfLayer& layer : ranking.layers)
            row.push_back(correlation_text(layer.correlation));
        table.add(std::move(row));
    }
    display.print(
        "\nSpearman's rank correlation of similarity and damage: -1 where the more alike always do "
        "less harm\n\n" +
        table.text());
}

RemovalDamageParams removal_params(const Options& options) {
    RemovalDamageParams params;
    params.work = options.work();
    params.work.rule.refit.refit = Refit::output;  // asks for the calibration text
    if (!options.was_given("--calibration_windows")) params.work.calibration.windows = 0;
    params.unit = options.unit == "heads"      ? RemovalUnit::heads
                  : options.unit == "kv_heads" ? RemovalUnit::kv_heads
                                               : RemovalUnit::layers;
    params.probe_windows = options.probe_windows;
    return params;
}

std::string heads_text(const RemovedUnit& unit) {
    return unit.heads.size() == 1 ? std::to_string(unit.heads.front())
                                  : fmt::format("{}-{}", unit.heads.front(), unit.heads.back());
}

void print_removals(Display& display, const RemovalDamageResult& result) {
    constexpr std::size_t kMost = 40;
    std::vector<const RemovedUnit*> falling;
    for (const RemovedUnit& unit : result.units)
        falling.push_back(&unit);
    std::stable_sort(falling.begin(), falling.end(), [](const auto* a, const auto* b) {
        return a->refitted.perplexity_ratio.value > b->refitted.perplexity_ratio.value;
    });
    Table table({"layer", "heads", "output norm", "redundancy", "removed", "removed and refitted"});
    for (std::size_t i = 0; i < std::min(kMost, falling.size()); ++i) {
        const RemovedUnit& unit = *falling[i];
        table.add({std::to_string(unit.layer), heads_text(unit),
                   fmt::format("{:.5f}", unit.output_norm), fmt::format("{:.3f}", unit.redundancy),
                   change_text(unit.plain.perplexity_ratio),
                   change_text(unit.refitted.perplexity_ratio)});
    }
    display.print(table.text());
    if (falling.size() > kMost) {
        display.print(fmt::format("... and {} that do less harm; --output keeps all of them",
                                  count_text(static_cast<std::int64_t>(falling.size() - kMost))));
    }
    Table rankings({"measure", "removed", "mean of layers", "refitted", "mean of layers"});
    for (const RemovalRanking& ranking : result.rankings) {
        rankings.add({ranking.measure, correlation_text(ranking.plain),
                      correlation_text(ranking.plain_mean_of_layers),
                      correlation_text(ranking.refitted),
                      correlation_text(ranking.refitted_mean_of_layers)});
    }
    display.print("\nSpearman's rank correlation with damage\n\n" + rankings.text());
}

void run_removals(const Options& options, Display& display, const std::stop_token& stop) {
    const RemovalDamageParams params = removal_params(options);
    std::error_code error;
    if (!options.output.empty() && !options.force &&
        std::filesystem::exists(options.output, error)) {
        fail(ErrorCode::bad_input,
             "{}: is there already; choose another --output, or --force to "
             "replace it",
             options.output);
    }
    const RemovalDamageResult result = measure_removals(
        params, [&](const Progress& progress) { display.progress(progress); }, stop);
    if (!process_rank().first()) return;
    nlohmann::ordered_json event = {{"event", "result"}};
    event.update(to_json(params, result));
    display.event(event);
    display.print(fmt::format(
        "\n{}\neach of {} {} removed alone, on {} held-out sequences of the calibration text; "
        "perplexity {} there\n",
        result.manifest.model_path, count_text(std::ssize(result.units)), options.unit,
        count_text(result.probe_windows), perplexity_text(result.original.perplexity)));
    print_removals(display, result);
    if (options.output.empty()) return;
    write_file_atomically(options.output, dump_readable(to_json(params, result)));
    display.print("\n" + options.output);
}

}  // namespace

void run_damage(const Options& options, Display& display, const std::stop_token& stop) {
    if (options.unit != "pairs") return run_removals(options, display, stop);
    const DamageParams params = damage_params(options);
    tell_notes(display, params.work.rule, Checkpoint::open(params.work.model_path).config());
    const DamageResult result = measure_damage(
        params, [&](const Progress& progress) { display.progress(progress); }, stop);
    if (!process_rank().first()) return;  // the first of several processes has the result
    nlohmann::ordered_json event = {{"event", "result"}};
    event.update(to_json(params, result));
    display.event(event);
    print_settings(display, result, params.work.rule);
    if (result.pairs.empty()) {
        display.print("There is no pair that this KV policy would merge.");
    } else {
        print_pairs(display, result);
        print_rankings(display, result);
    }
    if (!params.output.empty()) display.print("\n" + params.output.string());
    display.print(fmt::format(
        "\n{} pairs measured in {}; {} layer passes done, {} saved by sharing",
        count_text(static_cast<std::int64_t>(result.pairs.size())),
        duration_text(result.manifest.duration_seconds), count_text(result.layer_passes),
        count_text(result.separate_layer_passes - result.layer_passes)));
}

}  // namespace headscope::app
