#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "app/commands.h"
#include "app/comparison.h"
#include "app/empty_plan.h"
#include "app/layer_thresholds_option.h"
#include "app/merge_manner.h"
#include "app/table.h"
#include "core/checkpoint/checkpoint.h"
#include "core/measures/merge_calibration.h"
#include "core/merging/merge_plan.h"
#include "core/report/results.h"

namespace headscope::app {
namespace {

/// "0-2 4-5-7": groups of heads, short.
std::string groups_text(const std::vector<HeadGroup>& groups) {
    std::vector<std::string> texts;
    texts.reserve(groups.size());
    for (const HeadGroup& group : groups)
        texts.push_back(fmt::format("{}", fmt::join(group, "-")));
    return fmt::format("{}", fmt::join(texts, " "));
}

void print_plan(Display& display, const MergePlan& plan, const ModelConfig& config) {
    std::vector<std::string> header = {"layer",     "pairs",        "groups",
                                       "KV groups", "side effects", "removed"};
    if (plan.layer_thresholds) header.insert(header.begin() + 1, "threshold");
    Table table(std::move(header));
    for (const LayerPlan& layer : plan.layers) {
        if (layer.merge.empty()) continue;
        std::vector<std::string> row = {std::to_string(layer.layer),
                                        std::to_string(layer.pairs.size()),
                                        groups_text(layer.groups),
                                        groups_text(layer.kv_groups),
                                        fmt::format("{}", fmt::join(layer.side_effect_heads, " ")),
                                        fmt::format("{}", fmt::join(layer.merge.removed, " "))};
        if (plan.layer_thresholds) {
            const auto own = plan.layer_thresholds->find(layer.layer);
            row.insert(row.begin() + 1,
                       own == plan.layer_thresholds->end() ? "" : threshold_text(own->second));
        }
        table.add(std::move(row));
    }
    const PlanSummary s = summarize(plan, config);
    const std::string thresholds =
        plan.layer_thresholds ? "A threshold for each layer"
                              : fmt::format("Threshold {}", threshold_text(plan.rule.threshold));
    display.print(fmt::format("\n{}, grouping {}, KV policy {}{}\n{}", thresholds,
                              name_of(plan.rule.grouping), name_of(plan.rule.kv_policy),
                              merge_phrases(plan.rule), table.text()));
    display.print(fmt::format(
        "{} pairs in {} groups: {} heads merged, {} end identical to another; {} KV heads touched, "
        "{} "
        "other heads read them.\n{} heads removed, {} KV heads with all their heads, {} layers "
        "skipped.\nRemoving duplicates and what is removed could save {} heads and {} KV heads: {} "
        "parameters, {} of weights, {} of KV cache a token.",
        s.pairs, s.groups, s.merged_heads, s.identical_heads, s.kv_heads_touched,
        s.side_effect_heads, s.removed_heads, s.removed_kv_heads, s.skipped_layers,
        s.removable_heads, s.removable_kv_heads, count_text(s.removable_parameters),
        bytes_text(s.removable_bytes), bytes_text(s.kv_cache_bytes_per_token)));
}

void send_plan(Display& display, const MergePlan& plan, const ModelConfig& config,
               const std::string& measure, const std::optional<CalibrationRecord>& calibration) {
    nlohmann::ordered_json layers = nlohmann::ordered_json::object();
    for (const LayerPlan& layer : plan.layers) {
        nlohmann::ordered_json pairs = nlohmann::ordered_json::array();
        for (const HeadPair& pair : layer.pairs)
            pairs.push_back({pair.first, pair.second, pair.similarity});
        layers[std::to_string(layer.layer)] = {{"pairs", std::move(pairs)},
                                               {"groups", layer.groups},
                                               {"kv_groups", layer.kv_groups},
                                               {"side_effect_heads", layer.side_effect_heads},
                                               {"removed_heads", layer.merge.removed}};
    }
    nlohmann::ordered_json of_layers = nullptr;
    if (plan.layer_thresholds) {
        of_layers = nlohmann::ordered_json::object();
        for (const auto& [layer, threshold] : *plan.layer_thresholds)
            of_layers[std::to_string(layer)] = threshold;
    }
    nlohmann::ordered_json event = {{"event", "plan"},
                                    {"threshold", plan.rule.threshold},
                                    {"layer_thresholds", std::move(of_layers)},
                                    {"measure", measure},
                                    {"calibration", calibration_json(calibration)}};
    event.update(to_json(plan.rule));
    event["summary"] = to_json(summarize(plan, config));
    event["layers"] = std::move(layers);
    display.event(event);
}

}  // namespace

void run_plan(const Options& given, Display& display, const std::stop_token& stop) {
    Options options = given;
    const std::optional<LayerThresholds> of_layers = take_layer_thresholds(options);
    const Checkpoint checkpoint = Checkpoint::open(options.model(), options.opening());
    const MeasuredHeads measured = measure_heads(checkpoint, options, display, stop);
    const auto& matrices = measured.matrices;
    tell_notes(display, options.rule(0.0), checkpoint.config());
    if (of_layers) {
        const MergePlan plan = make_merge_plan(matrices, checkpoint.config(), options.rule(0.0),
                                               *of_layers, measured.merge_calibration);
        send_plan(display, plan, checkpoint.config(), options.measure, measured.calibration);
        print_plan(display, plan, checkpoint.config());
        return;
    }
    for (const double threshold : options.thresholds_or_default()) {
        const MergePlan plan = make_merge_plan(matrices, checkpoint.config(),
                                               options.rule(threshold), measured.merge_calibration);
        send_plan(display, plan, checkpoint.config(), options.measure, measured.calibration);
        const std::string nothing =
            empty_plan_text(matrices, checkpoint.config(), options.rule(threshold));
        if (nothing.empty()) {
            print_plan(display, plan, checkpoint.config());
        } else {
            display.print("\n" + nothing);
        }
    }
}

}  // namespace headscope::app
