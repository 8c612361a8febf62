#include "core/measures/compare_heads.h"

#include <utility>

#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/process_rank.h"
#include "core/evaluation/evaluator.h"
#include "core/measures/measures_engine.h"
#include "core/measures/observation.h"
#include "core/model/engine_module.h"

namespace headscope {
namespace {

const MeasuresEngine& engine() {
    return engine_table<MeasuresEngine>(kMeasuresEngineSymbol);
}

/// Whether the CPU would be at it for long: see circuit_similarity.h for the count.
bool is_much_work(const ModelConfig& config, const HeadComparison& params) {
    if (kind_of(params.measure) != MeasureKind::circuit) return false;
    constexpr double kMuch = 1e11;  // operations; about a second of one or two cores
    const auto kv = static_cast<double>(config.most_heads().kv_heads);
    const auto heads = static_cast<double>(config.most_heads().heads);
    const auto block = static_cast<double>(config.head_dim * config.head_dim * config.hidden_size);
    const double layers = params.layers.empty() ? static_cast<double>(config.num_hidden_layers)
                                                : static_cast<double>(params.layers.size());
    return layers * block * kv * (kv + heads) > kMuch;
}

std::vector<SimilarityMatrix> compare_behaviour(const HeadComparison& params, const ModelFn& model,
                                                const ProgressFn& progress,
                                                const std::stop_token& stop) {
    if (!params.calibration) {
        fail(ErrorCode::internal, "the measure {} was given no text", name_of(params.measure));
    }
    ObservationParams observation;
    observation.layers = params.layers;
    observation.windows = params.calibration;
    observation.measures = {params.measure};
    std::vector<SimilarityMatrix> matrices;
    for (LayerObservation& observed : observe_heads(model(), observation, progress, stop))
        matrices.push_back(std::move(observed.similarity.at(params.measure)));
    return matrices;
}

}  // namespace

std::vector<LayerObservation> observe_heads(const Model& model, const ObservationParams& params,
                                            const ProgressFn& progress,
                                            const std::stop_token& stop) {
    return engine().observe(model, params, progress, stop);
}

std::string comparison_device(const Checkpoint& checkpoint, const HeadComparison& params) {
    if (kind_of(params.measure) == MeasureKind::weights) return "cpu";
    const std::string& asked = params.compute.device;
    const bool cpu =
        asked == "cpu" || (asked == "auto" && !is_much_work(checkpoint.config(), params));
    // The engine module takes half a second to open, which most comparisons do not.
    return cpu ? "cpu" : resolve(params.compute).device;
}

std::vector<SimilarityMatrix> compare_heads(const Checkpoint& checkpoint,
                                            const HeadComparison& params, const ModelFn& model,
                                            const ProgressFn& progress,
                                            const std::stop_token& stop) {
    if (kind_of(params.measure) == MeasureKind::behaviour)
        return compare_behaviour(params, model, progress, stop);
    const SimilarityParams similarity{params.measure, params.layers, params.compute.threads};
    const std::string device = comparison_device(checkpoint, params);
    if (device == "cpu") return compute_similarity(checkpoint, similarity, progress, stop);
    return engine().weight_similarity(checkpoint, similarity, device, progress, stop);
}

std::vector<SimilarityMatrix> agree_on(std::vector<SimilarityMatrix> matrices) {
    if (process_rank().alone()) return matrices;
    nlohmann::json all = nlohmann::json::array();
    for (const SimilarityMatrix& matrix : matrices)
        all.push_back(matrix.values);
    const auto agreed = nlohmann::json::parse(broadcast(all.dump()));
    for (std::size_t i = 0; i < matrices.size(); ++i)
        matrices[i].values = agreed.at(i).get<std::vector<double>>();
    return matrices;
}

}  // namespace headscope
