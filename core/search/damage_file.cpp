#include "core/search/damage_file.h"

#include <cmath>

#include <nlohmann/json.hpp>

#include "core/base/file.h"
#include "core/base/json.h"
#include "core/report/results.h"

namespace headscope {
namespace {

using Json = nlohmann::ordered_json;

Json names_of(const std::vector<Measure>& measures) {
    Json names = Json::array();
    for (const Measure measure : measures)
        names.push_back(name_of(measure));
    return names;
}

Json number(double value) {
    return std::isfinite(value) ? Json(value) : Json(nullptr);
}

Json optional_json(const std::optional<double>& value) {
    return value ? Json(*value) : Json(nullptr);
}

Json pair_json(const PairDamage& pair, const std::vector<Measure>& measures) {
    Json similarity = Json::object();
    for (std::size_t m = 0; m < measures.size(); ++m)
        similarity[std::string(name_of(measures[m]))] = pair.similarities[m];
    const Estimate loss = pair.loss();
    Json json = {
        {"layer", pair.layer},
        {"heads", {pair.heads.first, pair.heads.second}},
        {"similarity", std::move(similarity)},
        {"loss_change",
         {{"value", number(loss.value)}, {"low", number(loss.low)}, {"high", number(loss.high)}}}};
    json.update(to_json(pair.change));
    return json;
}

Json ranking_json(const MeasureRanking& ranking) {
    Json layers = Json::object();
    for (const MeasureRanking::OfLayer& layer : ranking.layers) {
        layers[std::to_string(layer.layer)] = {{"pairs", layer.pairs},
                                               {"spearman", optional_json(layer.correlation)}};
    }
    return {{"layers", std::move(layers)},
            {"mean_of_layers", optional_json(ranking.mean)},
            {"pooled", optional_json(ranking.pooled)}};
}

}  // namespace

Json to_json(const DamageParams& params, const DamageResult& result) {
    Json rankings = Json::object();
    for (const MeasureRanking& ranking : result.rankings)
        rankings[std::string(name_of(ranking.measure))] = ranking_json(ranking);
    Json pairs = Json::array();
    for (const PairDamage& pair : result.pairs)
        pairs.push_back(pair_json(pair, result.measures));
    return {{"settings",
             {{"choose", name_of(params.choose)},
              {"choose_by", names_of(params.choose_by)},
              {"pairs", params.pairs},
              {"seed", params.seed},
              {"probe_windows", result.probe_windows}}},
            {"original", to_json(result.original)},
            {"rank_correlation", std::move(rankings)},
            {"pairs", std::move(pairs)},
            {"layer_passes", result.layer_passes},
            {"separate_layer_passes", result.separate_layer_passes},
            {"manifest", to_json(result.manifest)}};
}

void write_damage(const std::filesystem::path& file, const DamageParams& params,
                  const DamageResult& result) {
    write_file_atomically(file, dump_readable(to_json(params, result)));
}

}  // namespace headscope
