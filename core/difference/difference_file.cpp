#include "core/difference/difference_file.h"

#include <cmath>

#include <nlohmann/json.hpp>

#include "core/base/file.h"
#include "core/base/json.h"
#include "core/checkpoint/formats/checkpoint_format.h"
#include "core/report/manifest.h"
#include "core/report/metric_table.h"
#include "core/report/results.h"

namespace headscope {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kVersion = 1;
constexpr const char* kVersionKey = "headscope_comparison";

Json number(double value) {
    return std::isfinite(value) ? Json(value) : Json(nullptr);
}

Json text_or_null(const std::optional<NotCompared>& reason) {
    return reason ? Json(reason->text()) : Json(nullptr);
}

Json to_json(const ComparedModel& model) {
    return {{"path", model.path},
            {"layout", model.layout},
            {"fingerprint", model.fingerprint},
            {"parameters", model.parameters}};
}

Json to_json(const HeadLikeness& likeness) {
    return {{"head", likeness.head},
            {"similarity", likeness.similarity},
            {"distance", number(likeness.distance)}};
}

Json to_json(const LayerMatches& layer) {
    Json heads = Json::array();
    for (const HeadMatch& match : layer.heads) {
        heads.push_back(
            {{"same_index", match.same_index ? to_json(*match.same_index) : Json(nullptr)},
             {"best", to_json(match.best)}});
    }
    return {{"heads_first", {layer.first.heads, layer.first.kv_heads}},
            {"heads_second", {layer.second.heads, layer.second.kv_heads}},
            {"heads", std::move(heads)},
            {"without_match", layer.without_match}};
}

Json to_json(const TensorDifferences& differences) {
    Json tensors = Json::object();
    for (const TensorDifference& tensor : differences.tensors) {
        tensors[tensor.name] = {{"elements", tensor.elements},
                                {"norm", number(tensor.norm)},
                                {"difference", number(tensor.difference)},
                                {"relative", number(tensor.relative())},
                                {"largest", number(tensor.largest)}};
    }
    Json unpaired = Json::object();
    for (const UnpairedTensor& tensor : differences.unpaired) {
        unpaired[tensor.name] = {
            {"first", tensor.first.empty() ? Json(nullptr) : Json(tensor.first)},
            {"second", tensor.second.empty() ? Json(nullptr) : Json(tensor.second)}};
    }
    return {{"tensors", std::move(tensors)}, {"unpaired_tensors", std::move(unpaired)}};
}

Json evaluation_json(const DifferenceParams& params, const ModelDifference& difference) {
    if (!difference.evaluation) return {{"evaluation", nullptr}};
    const PairedEvaluation& found = *difference.evaluation;
    const Windows& windows = *found.text.windows;
    Json json{{"protocol", name_of(params.text.protocol)},
              {"corpus", found.text.corpus_name},
              {"corpus_sha256", found.text.corpus_sha256},
              {"token_count", found.text.token_count},
              {"token_ids_sha256", found.text.token_ids_sha256},
              {"bos_rule", found.text.bos_rule},
              {"window", windows.window()},
              {"windows", windows.count()},
              {"dtype", found.dtype},
              {"device", found.device},
              {"seconds", found.seconds},
              {"first", to_json(found.scores.metrics(0))},
              {"second", to_json(found.scores.metrics(1))},
              {"change", to_json(found.scores.change(0, 1))},
              {"first_metrics", to_json(found.scores.metric_list(0))},
              {"second_metrics", to_json(found.scores.metric_list(1))}};
    return {{"evaluation", std::move(json)}};
}

}  // namespace

ComparedModel describe(const Checkpoint& checkpoint, const std::stop_token& stop) {
    return {checkpoint.path().string(), std::string(checkpoint.format().id),
            checkpoint.fingerprint(stop), checkpoint.parameter_count()};
}

Json to_json(const DifferenceRecord& record, const ModelDifference& difference) {
    Json layers = Json::object();
    for (const LayerMatches& layer : difference.layers)
        layers[std::to_string(layer.layer)] = to_json(layer);
    Json json{{kVersionKey, kVersion},
              {"program_version", record.program_version},
              {"created", utc_now()},
              {"first", to_json(record.first)},
              {"second", to_json(record.second)},
              {"measure", name_of(record.params.measure)},
              {"layers", std::move(layers)},
              {"no_matches", text_or_null(difference.no_matches)}};
    json.update(to_json(difference.tensors));
    json.update(evaluation_json(record.params, difference));
    json["no_evaluation"] = text_or_null(difference.no_evaluation);
    json["no_divergence"] = text_or_null(difference.no_divergence);
    return json;
}

void write_difference(const std::filesystem::path& file, const DifferenceRecord& record,
                      const ModelDifference& difference) {
    if (file.has_parent_path()) make_folder(file.parent_path());
    write_file_atomically(file, dump_readable(to_json(record, difference)));
}

}  // namespace headscope
