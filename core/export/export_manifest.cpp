#include "core/export/export_manifest.h"

#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/checkpoint/formats/checkpoint_format.h"
#include "core/report/manifest.h"
#include "core/report/results.h"
#include "core/report/speed_text.h"

namespace headscope {
namespace {

using nlohmann::ordered_json;

constexpr int kFormatVersion = 1;
constexpr std::size_t kMaxManifestBytes = std::size_t{64} << 20;

ordered_json plan_json(const MergePlan& plan) {
    ordered_json layers = ordered_json::object();
    for (const LayerPlan& layer : plan.layers) {
        ordered_json pairs = ordered_json::array();
        for (const HeadPair& pair : layer.pairs)
            pairs.push_back({pair.first, pair.second, pair.similarity});
        layers[std::to_string(layer.layer)] = {{"pairs", std::move(pairs)},
                                               {"groups", layer.groups},
                                               {"kv_groups", layer.kv_groups},
                                               {"side_effect_heads", layer.side_effect_heads},
                                               {"removed_heads", layer.merge.removed},
                                               {"refitted", layer.merge.output != nullptr}};
    }
    return layers;
}

ordered_json compaction_json(const std::vector<LayerCompaction>& layers) {
    ordered_json json = ordered_json::object();
    for (const LayerCompaction& layer : layers) {
        ordered_json entry{{"heads_before", layer.before.heads},
                           {"kv_heads_before", layer.before.kv_heads},
                           {"heads_after", layer.after.heads},
                           {"kv_heads_after", layer.after.kv_heads}};
        if (layer.removes_any()) {
            entry["heads"] = layer.selection.heads;
            entry["kv_heads"] = layer.selection.kv_heads;
        }
        if (!layer.remark.empty()) entry["remark"] = layer.remark;
        json[std::to_string(layer.layer)] = std::move(entry);
    }
    return json;
}

ordered_json size_json(const ModelSize& size) {
    ordered_json json{{"parameters", size.parameters},
                      {"bytes", size.bytes},
                      {"kv_cache_bytes_per_token", size.kv_cache_bytes_per_token}};
    add_speed(json, size.speed);
    return json;
}

/// Null where there is none, or none that can be read.
ordered_json earlier_manifest(const Checkpoint& checkpoint) {
    try {
        const std::string text =
            read_text_file(checkpoint.directory() / kExportManifest, kMaxManifestBytes);
        parse_json(text, kExportManifest);  // not too deep, no key twice
        return ordered_json::parse(text);
    } catch (const Error&) {
        return nullptr;
    }
}

/// The rule's threshold is the lowest of them, and says little alone.
ordered_json thresholds_json(const MergePlan& plan) {
    ordered_json json{{"threshold", plan.rule.threshold}};
    if (!plan.layer_thresholds) return json;
    ordered_json& of_layers = json["layer_thresholds"] = ordered_json::object();
    for (const auto& [layer, threshold] : *plan.layer_thresholds)
        of_layers[std::to_string(layer)] = threshold;
    return json;
}

}  // namespace

std::string make_export_manifest(const Checkpoint& checkpoint, const std::string& fingerprint,
                                 const ExportParams& params, const ExportResult& result) {
    ordered_json layers = ordered_json::array();
    for (const LayerPlan& layer : params.plan.layers)
        layers.push_back(layer.layer);
    ordered_json json{{"format_version", kFormatVersion},
                      {"program", "headscope"},
                      {"program_version", params.program_version},
                      {"created", utc_now()},
                      {"model_path", checkpoint.directory().string()},
                      {"model_layout", checkpoint.format().id},
                      {"model_fingerprint", fingerprint},
                      {"measure", name_of(params.measure)}};
    json.update(thresholds_json(params.plan));
    json.update(to_json(params.plan.rule));
    json.update({{"layers", std::move(layers)},
                 {"format", name_of(params.format)},
                 {"type", name_of(params.type)},
                 {"max_shard_bytes", params.max_shard_bytes},
                 {"compact", params.compact},
                 {"before", size_json(result.before)},
                 {"after", size_json(result.after)},
                 {"summary", to_json(summarize(params.plan, checkpoint.config()))},
                 {"plan", plan_json(params.plan)},
                 {"changed_tensors", result.changed_tensors}});
    if (params.calibration) json["calibration"] = to_json(*params.calibration);
    if (params.compact) json["removed"] = compaction_json(result.layers);
    if (ordered_json earlier = earlier_manifest(checkpoint); !earlier.is_null())
        json["earlier_manifest"] = std::move(earlier);
    return dump_readable(json);
}

}  // namespace headscope
