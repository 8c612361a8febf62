#include <cmath>
#include <limits>

#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/report/json_values.h"
#include "core/report/metric_table.h"
#include "core/report/results.h"

namespace headscope {
namespace {

using nlohmann::json;

/// Reads one file; every complaint names it.
class Reader {
  public:
    explicit Reader(std::string source) : source_(std::move(source)) {}

    [[nodiscard]] const json& member(const json& object, const char* key) const {
        if (!object.is_object() || !object.contains(key)) wrong(key, "is missing");
        return object.at(key);
    }

    template <typename Value>
    Value get(const json& object, const char* key) const {
        Value value{};
        if (!read_value(member(object, key), value)) wrong(key, "is of the wrong type");
        return value;
    }

    /// A number; null, where JSON could not hold infinity, becomes `instead`.
    [[nodiscard]] double number(const json& object, const char* key, double instead) const {
        return member(object, key).is_null() ? instead : get<double>(object, key);
    }

    [[noreturn]] void wrong(const std::string& key, const char* what) const {
        fail(ErrorCode::bad_input, "{}: not a results file of Headscope: \"{}\" {}", source_, key,
             what);
    }

    /// A perplexity without a value is one that no double holds: that of a model without finite
    /// losses.
    [[nodiscard]] Estimate estimate(const json& object, const char* key) const {
        constexpr double kInfinity = std::numeric_limits<double>::infinity();
        const json& value = member(object, key);
        return {number(value, "value", kInfinity), number(value, "low", -kInfinity),
                number(value, "high", kInfinity)};
    }

    [[nodiscard]] Metrics detailed_metrics(const json& value) const {
        return {estimate(value, "perplexity"),
                estimate(value, "accuracy"),
                number(value, "nll", std::numeric_limits<double>::infinity()),
                get<std::int64_t>(value, "correct"),
                get<std::int64_t>(value, "predictions"),
                get<std::int64_t>(value, "windows")};
    }

    /// Metrics of the original experiment: values without intervals or counts.
    [[nodiscard]] Metrics plain_metrics(const json& value) const {
        Metrics metrics;
        constexpr double kInfinity = std::numeric_limits<double>::infinity();
        metrics.perplexity.value = number(value, "perplexity", kInfinity);
        metrics.accuracy.value = number(value, "accuracy", std::nan(""));
        for (Estimate* estimate : {&metrics.perplexity, &metrics.accuracy}) {
            estimate->low = -kInfinity;  // not known
            estimate->high = kInfinity;
        }
        return metrics;
    }

    [[nodiscard]] SimilarityMatrix matrix(const json& layer, int index) const {
        const auto rows = get<std::vector<std::vector<double>>>(layer, "similarity_matrix");
        SimilarityMatrix matrix{index, static_cast<int>(rows.size()), {}};
        for (const auto& row : rows) {
            if (row.size() != rows.size()) wrong("similarity_matrix", "is not square");
            matrix.values.insert(matrix.values.end(), row.begin(), row.end());
        }
        return matrix;
    }

    void check_heads(const char* key, const HeadGroup& named, int heads) const {
        for (const int head : named) {
            if (head < 0 || head >= heads) wrong(key, "names a head that the matrix does not have");
        }
    }

    [[nodiscard]] LayerPlan plan(const json& layer, int index, int heads) const {
        LayerPlan plan;
        plan.layer = index;
        for (const json& row : member(layer, "pairs")) {
            HeadPair pair;
            if (!row.is_array() || row.size() != 3 || !read_value(row[0], pair.first) ||
                !read_value(row[1], pair.second) || !read_value(row[2], pair.similarity)) {
                wrong("pairs", "holds a row that is not [head, head, similarity]");
            }
            check_heads("pairs", {pair.first, pair.second}, heads);
            plan.pairs.push_back(pair);
        }
        return plan;
    }

    [[nodiscard]] int layer_index(const char* object, const std::string& key) const {
        if (key.empty() || key.size() > 6 ||
            key.find_first_not_of("0123456789") != std::string::npos) {
            wrong(object, "has a key that is not a layer's number");
        }
        return std::stoi(key);
    }

    void read_layers(const json& layers, Result& result) const {
        if (!layers.is_object()) wrong("layer_results", "is not an object");
        std::map<int, const json*> in_order;  // JSON readers sort "10" before "2"
        for (const auto& [key, layer] : layers.items())
            in_order.emplace(layer_index("layer_results", key), &layer);
        for (const auto& [index, layer] : in_order) {
            result.similarity.push_back(matrix(*layer, index));
            result.plan.layers.push_back(plan(*layer, index, result.similarity.back().heads));
        }
    }

    [[nodiscard]] LayerThresholds layer_thresholds(const json& object) const {
        if (!object.is_object()) wrong("layer_thresholds", "is not an object");
        LayerThresholds thresholds;
        for (const auto& [key, value] : object.items()) {
            const int layer = layer_index("layer_thresholds", key);
            double threshold = 0.0;
            if (!read_value(value, threshold) || !(threshold >= -1.0 && threshold <= 1.0))
                wrong("layer_thresholds", "holds something that is no similarity from -1 to 1");
            if (!thresholds.emplace(layer, threshold).second)
                wrong("layer_thresholds", "names a layer twice");
        }
        return thresholds;
    }

    void read_details(const json& details, Result& result) const {
        result.original = detailed_metrics(member(details, "original"));
        result.merged = detailed_metrics(member(details, "merged"));
        if (details.contains("change")) {
            const json& change = details.at("change");
            result.change = Change{estimate(change, "perplexity_ratio"),
                                   estimate(change, "accuracy_difference")};
        }
    }

    void read_plan(const json& plan, Result& result) const {
        const json& layers = member(plan, "layers");
        for (std::size_t i = 0; i < result.plan.layers.size(); ++i) {
            LayerPlan& layer = result.plan.layers[i];
            const int heads = result.similarity[i].heads;
            const json& extra = member(layers, std::to_string(layer.layer).c_str());
            for (const auto& [key, groups] :
                 {std::pair{"groups", &layer.groups}, std::pair{"kv_groups", &layer.kv_groups}}) {
                *groups = get<std::vector<HeadGroup>>(extra, key);
                for (const HeadGroup& group : *groups)
                    check_heads(key, group, heads);  // there are at most as many KV heads
            }
            layer.side_effect_heads = get<std::vector<int>>(extra, "side_effect_heads");
            check_heads("side_effect_heads", layer.side_effect_heads, heads);
        }
        const json& summary = member(plan, "summary");
        PlanSummary& to = result.summary;
        to.groups = get<std::int64_t>(summary, "groups");
        to.merged_heads = get<std::int64_t>(summary, "merged_heads");
        to.identical_heads = get<std::int64_t>(summary, "identical_heads");
        to.kv_heads_touched = get<std::int64_t>(summary, "kv_heads_touched");
        to.side_effect_heads = get<std::int64_t>(summary, "side_effect_heads");
        // Files from before heads could be removed do not say how many were.
        if (summary.contains("removed_heads")) {
            to.removed_heads = get<std::int64_t>(summary, "removed_heads");
            to.removed_kv_heads = get<std::int64_t>(summary, "removed_kv_heads");
            to.skipped_layers = get<std::int64_t>(summary, "skipped_layers");
        }
        to.removable_heads = get<std::int64_t>(summary, "removable_heads");
        to.removable_kv_heads = get<std::int64_t>(summary, "removable_kv_heads");
        to.removable_parameters = get<std::int64_t>(summary, "removable_parameters");
        to.removable_bytes = get<std::int64_t>(summary, "removable_bytes");
        to.kv_cache_bytes_per_token = get<std::int64_t>(summary, "kv_cache_bytes_per_token");
        if (plan.contains("distillation"))
            result.plan.distillation = distillation(plan.at("distillation"));
    }

    [[nodiscard]] DistillCurve distillation(const json& points) const {
        if (!points.is_array()) wrong("distillation", "is not an array");
        DistillCurve curve;
        for (const json& point : points) {
            DistillPoint& read = curve.emplace_back();
            read.step = get<int>(point, "step");
            read.held_out = get<double>(point, "held_out_kl");
            if (read.step > 0) read.training = get<double>(point, "training_kl");
        }
        return curve;
    }

  private:
    std::string source_;
};

}  // namespace

Result read_result(const std::filesystem::path& path) {
    const json file = read_json_file(path);
    const Reader reader(path.string());
    Result result;
    result.threshold = reader.get<double>(file, "threshold");
    result.plan.rule.threshold = result.threshold;
    if (file.contains("layer_thresholds"))
        result.plan.layer_thresholds = reader.layer_thresholds(file.at("layer_thresholds"));
    result.original = reader.plain_metrics(reader.member(file, "original_metrics"));
    result.merged = reader.plain_metrics(reader.member(file, "merged_metrics"));
    result.summary.pairs = reader.get<std::int64_t>(file, "total_merged_pairs");
    reader.read_layers(reader.member(file, "layer_results"), result);
    if (file.contains("metric_details")) reader.read_details(file.at("metric_details"), result);
    if (file.contains("metrics")) {
        const json& metrics = file.at("metrics");
        result.original_metrics =
            metrics_from_json(reader.member(metrics, "original"), path.string());
        result.merged_metrics = metrics_from_json(reader.member(metrics, "merged"), path.string());
    }
    if (file.contains("yardstick")) result.yardstick = reader.get<std::string>(file, "yardstick");
    if (file.contains("plan")) reader.read_plan(file.at("plan"), result);
    if (file.contains("manifest")) {
        result.manifest = manifest_from_json(file.at("manifest"), path.string());
        result.plan.rule = result.manifest->settings.rule;
        result.plan.rule.threshold = result.threshold;
    }
    return result;
}

}  // namespace headscope
