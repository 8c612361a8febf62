#include "core/report/results.h"

#include <charconv>
#include <cmath>
#include <limits>

#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/sha256.h"
#include "core/report/metric_table.h"

namespace headscope {
namespace {

using Json = nlohmann::ordered_json;

/// JSON has no infinity: an interval without bounds is written as null.
Json number(double value) {
    return std::isfinite(value) ? Json(value) : Json(nullptr);
}

Json to_json(const Estimate& estimate) {
    return {{"value", number(estimate.value)},
            {"low", number(estimate.low)},
            {"high", number(estimate.high)}};
}

Json matrix_rows(const SimilarityMatrix& matrix) {
    Json rows = Json::array();
    for (int i = 0; i < matrix.heads; ++i) {
        const auto row = matrix.values.begin() + static_cast<std::ptrdiff_t>(i) * matrix.heads;
        rows.push_back(std::vector<double>(row, row + matrix.heads));
    }
    return rows;
}

Json pair_rows(const std::vector<HeadPair>& pairs) {
    Json rows = Json::array();
    for (const HeadPair& pair : pairs)
        rows.push_back({pair.first, pair.second, pair.similarity});
    return rows;
}

Json thresholds_json(const LayerThresholds& thresholds) {
    Json json = Json::object();
    for (const auto& [layer, threshold] : thresholds)
        json[std::to_string(layer)] = threshold;
    return json;
}

Json plan_json(const Result& result) {
    Json layers = Json::object();
    for (const LayerPlan& layer : result.plan.layers) {
        layers[std::to_string(layer.layer)] = {{"groups", layer.groups},
                                               {"kv_groups", layer.kv_groups},
                                               {"side_effect_heads", layer.side_effect_heads}};
    }
    Json json{{"summary", to_json(result.summary)}, {"layers", std::move(layers)}};
    if (!result.plan.distillation.empty()) json["distillation"] = to_json(result.plan.distillation);
    return json;
}

}  // namespace

nlohmann::ordered_json to_json(const DistillCurve& curve) {
    Json points = Json::array();
    for (const DistillPoint& point : curve) {
        points.push_back({{"step", point.step},
                          {"held_out_kl", point.held_out},
                          {"training_kl", point.step == 0 ? Json() : Json(point.training)}});
    }
    return points;
}

std::string threshold_text(double threshold) {
    char buffer[400];
    const auto end =
        std::to_chars(buffer, buffer + sizeof(buffer), threshold, std::chars_format::fixed).ptr;
    std::string text(buffer, end);
    if (text.find('.') == std::string::npos) text += ".0";
    return text;
}

std::string threshold_name(const Result& result) {
    return result.plan.layer_thresholds ? "per layer" : threshold_text(result.threshold);
}

std::string results_file_name(double threshold) {
    return fmt::format("results_threshold_{}.json", threshold_text(threshold));
}

std::string results_file_name(const Result& result) {
    if (!result.plan.layer_thresholds) return results_file_name(result.threshold);
    const std::string text = layer_thresholds_text(*result.plan.layer_thresholds);
    return fmt::format("results_layer_thresholds_{}.json", sha256_hex(text).substr(0, 8));
}

Json to_json(const Metrics& metrics) {
    return {{"perplexity", to_json(metrics.perplexity)},
            {"accuracy", to_json(metrics.accuracy)},
            {"nll", number(metrics.nll)},
            {"correct", metrics.correct},
            {"predictions", metrics.predictions},
            {"windows", metrics.windows}};
}

Json to_json(const Change& change) {
    return {{"perplexity_ratio", to_json(change.perplexity_ratio)},
            {"accuracy_difference", to_json(change.accuracy_difference)}};
}

Json to_json(const PlanSummary& summary) {
    return {{"pairs", summary.pairs},
            {"groups", summary.groups},
            {"merged_heads", summary.merged_heads},
            {"identical_heads", summary.identical_heads},
            {"kv_heads_touched", summary.kv_heads_touched},
            {"side_effect_heads", summary.side_effect_heads},
            {"removed_heads", summary.removed_heads},
            {"removed_kv_heads", summary.removed_kv_heads},
            {"skipped_layers", summary.skipped_layers},
            {"removable_heads", summary.removable_heads},
            {"removable_kv_heads", summary.removable_kv_heads},
            {"removable_parameters", summary.removable_parameters},
            {"removable_bytes", summary.removable_bytes},
            {"kv_cache_bytes_per_token", summary.kv_cache_bytes_per_token}};
}

Json to_json(const Result& result) {
    Json json;
    json["threshold"] = result.threshold;
    if (result.plan.layer_thresholds)
        json["layer_thresholds"] = thresholds_json(*result.plan.layer_thresholds);
    const auto seed_metrics = [](const Metrics& metrics) -> Json {
        return {{"perplexity", number(metrics.perplexity.value)},
                {"accuracy", number(metrics.accuracy.value)}};
    };
    json["original_metrics"] = seed_metrics(result.original);
    json["merged_metrics"] = seed_metrics(result.merged);
    json["total_merged_pairs"] = result.summary.pairs;
    Json layers = Json::object();
    for (std::size_t i = 0; i < result.plan.layers.size(); ++i) {
        const LayerPlan& layer = result.plan.layers[i];
        layers[std::to_string(layer.layer)] = {
            {"num_pairs", layer.pairs.size()},
            {"pairs", pair_rows(layer.pairs)},
            {"similarity_matrix", matrix_rows(result.similarity.at(i))}};
    }
    json["layer_results"] = std::move(layers);
    json["metric_details"] = {{"confidence", 0.95},
                              {"original", to_json(result.original)},
                              {"merged", to_json(result.merged)}};
    if (result.change) json["metric_details"]["change"] = to_json(*result.change);
    if (!result.merged_metrics.empty()) {
        json["metrics"] = {{"original", to_json(result.original_metrics)},
                           {"merged", to_json(result.merged_metrics)}};
    }
    if (!result.yardstick.empty()) json["yardstick"] = result.yardstick;
    json["plan"] = plan_json(result);
    if (result.manifest) json["manifest"] = to_json(*result.manifest);
    return json;
}

std::vector<Metric> metric_list(const Result& result, bool merged) {
    const std::vector<Metric>& list = merged ? result.merged_metrics : result.original_metrics;
    if (!list.empty()) return list;
    const Metrics& metrics = merged ? result.merged : result.original;
    return {{"perplexity", "perplexity", "", metrics.perplexity, false, true},
            {"accuracy", "accuracy", "fraction", metrics.accuracy, true, true}};
}

Change change_without_intervals(const Metrics& original, const Metrics& merged) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    return {{merged.perplexity.value / original.perplexity.value, -kInfinity, kInfinity},
            {merged.accuracy.value - original.accuracy.value, -kInfinity, kInfinity}};
}

std::filesystem::path write_result(const std::filesystem::path& directory, const Result& result) {
    const std::filesystem::path path = directory / results_file_name(result);
    write_file_atomically(path, dump_readable(to_json(result)));
    return path;
}

}  // namespace headscope
