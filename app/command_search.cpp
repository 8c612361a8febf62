#include <algorithm>
#include <utility>
#include <variant>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/commands.h"
#include "app/comparison.h"
#include "app/merge_manner.h"
#include "app/table.h"
#include "core/base/locations.h"
#include "core/base/process_rank.h"
#include "core/base/version.h"
#include "core/search/budget.h"
#include "core/search/search.h"
#include "core/search/search_file.h"
#include "core/search/search_path.h"

namespace headscope::app {
namespace {

SearchParams search_params(const Options& options) {
    SearchParams params;
    params.work = options.work();
    params.measure = parse_measure(options.measure);
    params.max_ppl_increase = parse_ppl_increase(options.max_ppl_increase);
    params.gain = parse_gain(options.gain);
    params.candidates = options.candidates;
    params.probe_windows = options.probe_windows;
    params.output_dir = options.search_dir;
    params.force = options.force;
    return params;
}

SearchObserver show_steps(Display& display) {
    SearchObserver observer;
    observer.progress = [&](const Progress& progress) { display.progress(progress); };
    observer.step = [&](const SearchStep& step) {
        nlohmann::ordered_json event = {{"event", "step"}};
        event.update(to_json(step));
        display.event(event);
        display.note(fmt::format("gain {}, {:+.4f} %", step.gain,
                                 100.0 * (step.change.perplexity_ratio.value - 1.0)));
    };
    observer.check = [&](const SearchCheck& check) {
        nlohmann::ordered_json event = {{"event", "check"}};
        event.update(to_json(check));
        display.event(event);
    };
    return observer;
}

void print_settings(Display& display, const SearchParams& params, const Result& result) {
    const RunSettings& settings = result.manifest->settings;
    display.print(fmt::format(
        "\n{}\n{} ({} tokens), protocol {}, {} windows of {} tokens, {} on {}\n"
        "{}, grouping {}, KV policy {}{}; perplexity may rise by {}, as many {} heads as that "
        "allows\n",
        result.manifest->model_path, settings.corpus_name, count_text(settings.token_count),
        settings.protocol, count_text(settings.windows), settings.window, settings.dtype,
        settings.device, measure_text(settings.measure, settings.calibration),
        name_of(settings.rule.grouping), name_of(settings.rule.kv_policy),
        merge_phrases(params.work.rule), ppl_increase_text(params.max_ppl_increase),
        name_of(params.gain)));
}

/// The way to the plan: each step with what the whole plan cost on the probe windows, and between
/// them the checks on all.
void print_path(Display& display, const Findings& findings, const SearchParams& params) {
    Table table({"step", "layer", "threshold", std::string(name_of(params.gain)) + " heads",
                 "change of perplexity"});
    for (const auto& entry : search_path(findings.steps, findings.checks)) {
        if (const auto* check = std::get_if<SearchCheck>(&entry)) {
            table.add({check->held ? "all windows: held" : "all windows: too much", "", "",
                       count_text(check->gain), change_text(check->change.perplexity_ratio)});
        } else {
            const auto& step = std::get<SearchStep>(entry);
            table.add({std::string(name_of(step.outcome)), std::to_string(step.layer),
                       threshold_text(step.threshold), count_text(step.gain),
                       change_text(step.change.perplexity_ratio)});
        }
    }
    display.print(table.text() + "\n");
}

void print_plan(Display& display, const SearchResult& search, const ModelConfig& config) {
    // A plan that was read from a file lacks what is done to the weights, and so the last column.
    const bool has_merges = search.findings.has_value();
    std::vector<std::string> header = {"layer", "threshold", "pairs", "groups", "heads merged"};
    if (has_merges) header.emplace_back("removable");
    Table table(std::move(header));
    const MergePlan& plan = search.result.plan;
    for (const LayerPlan& layer : plan.layers) {
        const auto threshold = plan.layer_thresholds->find(layer.layer);
        if (threshold == plan.layer_thresholds->end()) continue;
        std::size_t merged = 0;
        for (const HeadGroup& group : layer.groups)
            merged += group.size();
        std::vector<std::string> row = {
            std::to_string(layer.layer), threshold_text(threshold->second),
            std::to_string(layer.pairs.size()), std::to_string(layer.groups.size()),
            std::to_string(merged)};
        if (has_merges) row.push_back(count_text(summarize(layer, config).removable_heads));
        table.add(std::move(row));
    }
    display.print(table.text());
}

/// Why there is no plan, as far as that is known.
std::string nothing_found_text(const SearchResult& search, const SearchParams& params) {
    std::string text =
        fmt::format("No plan found that holds {}.", ppl_increase_text(params.max_ppl_increase));
    if (!search.findings) return text;
    const std::vector<SearchCheck>& checks = search.findings->checks;
    if (checks.empty())
        return text + " On the probe windows every candidate alone costs more than that.";
    const auto least =
        std::min_element(checks.begin(), checks.end(), [](const auto& a, const auto& b) {
            return a.change.perplexity_ratio.value < b.change.perplexity_ratio.value;
        });
    return text +
           fmt::format(" {} were tried on all windows; the least costly, {} heads, is at {}.",
                       checks.size(), least->gain, change_text(least->change.perplexity_ratio));
}

void print_outcome(Display& display, const SearchResult& search, const SearchParams& params) {
    const Result& result = search.result;
    const PlanSummary& summary = result.summary;
    if (result.plan.layer_thresholds->empty()) {
        display.print(nothing_found_text(search, params));
    } else {
        display.print(fmt::format(
            "\n{} heads merged, {} heads and {} KV heads removable; perplexity {} -> {}\n"
            "change {}, on all windows",
            count_text(summary.merged_heads), count_text(summary.removable_heads),
            count_text(summary.removable_kv_heads), perplexity_text(result.original.perplexity),
            perplexity_text(result.merged.perplexity),
            change_text(result.change->perplexity_ratio)));
    }
    display.print(fmt::format("\n{}{}\nTo use it: --layer_thresholds {}", search.file.string(),
                              search.findings ? "" : "  (finished before; --force searches anew)",
                              search.file.string()));
    if (!search.findings) return;
    const std::int64_t saved =
        search.findings->separate_layer_passes - search.findings->layer_passes;
    display.print(fmt::format("\nSearched in {}{}; {} layer passes done, {} saved by sharing",
                              duration_text(search.seconds),
                              search.resumed_scores > 0
                                  ? fmt::format(", {} scores taken from an earlier start",
                                                count_text(search.resumed_scores))
                                  : "",
                              count_text(search.findings->layer_passes), count_text(saved)));
}

nlohmann::ordered_json result_event(const SearchResult& search) {
    nlohmann::ordered_json thresholds = nlohmann::ordered_json::object();
    for (const auto& [layer, threshold] : *search.result.plan.layer_thresholds)
        thresholds[std::to_string(layer)] = threshold;
    return {{"event", "result"},
            {"file", search.file.string()},
            {"skipped", !search.findings.has_value()},
            {"layer_thresholds", std::move(thresholds)},
            {"original", to_json(search.result.original)},
            {"merged", to_json(search.result.merged)},
            {"change", to_json(*search.result.change)},
            {"summary", to_json(search.result.summary)},
            {"resumed_scores", search.resumed_scores},
            {"seconds", search.seconds}};
}

}  // namespace

void run_search(const Options& options, Display& display, const std::stop_token& stop) {
    const SearchParams params = search_params(options);
    const Checkpoint checkpoint = Checkpoint::open(params.work.model_path);
    tell_notes(display, params.work.rule, checkpoint.config());
    const SearchResult search = headscope::run_search(params, show_steps(display), stop);
    if (!process_rank().first()) return;  // the first of several processes has the result
    display.event(result_event(search));
    print_settings(display, params, search.result);
    if (search.findings) print_path(display, *search.findings, params);
    print_plan(display, search, checkpoint.config());
    print_outcome(display, search, params);
}

}  // namespace headscope::app
