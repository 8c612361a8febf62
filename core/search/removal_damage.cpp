#include "core/search/removal_damage.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/base/process_rank.h"
#include "core/measures/observation.h"
#include "core/refit/refit.h"
#include "core/report/results.h"
#include "core/search/rank_correlation.h"
#include "core/search/variant_scorer.h"

namespace headscope {
namespace {

using Json = nlohmann::ordered_json;

double loss_of(const Change& change) {
    return std::log(change.perplexity_ratio.value);
}

/// The mean over layers of the correlation within each; absent where no layer has one.
std::optional<double> mean_of_layers(const std::vector<RemovedUnit>& units,
                                     const std::vector<double>& measure,
                                     const std::vector<double>& damage) {
    std::map<int, std::pair<std::vector<double>, std::vector<double>>> layers;
    for (std::size_t i = 0; i < units.size(); ++i) {
        layers[units[i].layer].first.push_back(measure[i]);
        layers[units[i].layer].second.push_back(damage[i]);
    }
    double sum = 0.0;
    int defined = 0;
    for (const auto& [layer, columns] : layers) {
        const auto correlation = rank_correlation(columns.first, columns.second);
        sum += correlation.value_or(0.0);
        defined += correlation ? 1 : 0;
    }
    return defined > 0 ? std::optional(sum / defined) : std::nullopt;
}

RemovalRanking rank(const std::string& name, const std::vector<RemovedUnit>& units,
                    double RemovedUnit::*member) {
    std::vector<double> measure;
    std::vector<double> plain;
    std::vector<double> refitted;
    for (const RemovedUnit& unit : units) {
        measure.push_back(unit.*member);
        plain.push_back(loss_of(unit.plain));
        refitted.push_back(loss_of(unit.refitted));
    }
    return {name, rank_correlation(measure, plain), rank_correlation(measure, refitted),
            mean_of_layers(units, measure, plain), mean_of_layers(units, measure, refitted)};
}

class RemovalDamageJob {
  public:
    RemovalDamageJob(const RemovalDamageParams& params, const ProgressFn& progress,
                     const std::stop_token& stop)
        : params_(params),
          progress_(progress),
          stop_(stop),
          preparation_(params.work, {Measure::q}, stop),
          windows_(preparation_.calibration().windows) {
        if (!windows_) fail(ErrorCode::internal, "a refit was given no text");
        if (params.probe_windows < 1 || params.probe_windows >= windows_->count()) {
            fail(ErrorCode::bad_input,
                 "--probe_windows {}: the calibration text has {} sequences, and some must be left "
                 "to refit on",
                 params.probe_windows, windows_->count());
        }
        fitted_ = windows_->shuffled_order();
        probes_.assign(fitted_.begin(), fitted_.begin() + params.probe_windows);
        fitted_.erase(fitted_.begin(), fitted_.begin() + params.probe_windows);
    }

    RemovalDamageResult run() {
        const auto start = std::chrono::steady_clock::now();
        const std::string started = utc_now();
        observe();
        score();
        result_.rankings = {rank("output_norm", result_.units, &RemovedUnit::output_norm),
                            rank("redundancy", result_.units, &RemovedUnit::redundancy),
                            rank("refit_error", result_.units, &RemovedUnit::refit_error)};
        const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
        result_.manifest = preparation_.manifest(started, seconds.count(),
                                                 static_cast<int>(2 * result_.units.size() + 1));
        return std::move(result_);
    }

  private:
    /// The units with what the heads do in the original.
    void observe() {
        ObservationParams observation;
        observation.layers = preparation_.layers();
        observation.windows = windows_;
        observation.usage = true;
        observation.redundancy = true;
        const ModelConfig& config = preparation_.checkpoint().config();
        for (const LayerObservation& seen :
             observe_heads(preparation_.model(progress_, stop_), observation, progress_, stop_)) {
            const HeadCounts counts = config.heads_of(seen.layer);
            const int all = static_cast<int>(counts.heads);
            const int size = params_.unit == RemovalUnit::heads ? 1
                             : params_.unit == RemovalUnit::kv_heads
                                 ? static_cast<int>(counts.heads_per_kv_head())
                                 : all;
            for (int first = 0; first < all; first += size) {
                RemovedUnit unit{
                    seen.layer, std::vector<int>(static_cast<std::size_t>(size)), 0.0, 0.0, 0.0, {},
                    {}};
                std::iota(unit.heads.begin(), unit.heads.end(), first);
                for (const int head : unit.heads) {
                    const auto at = static_cast<std::size_t>(head);
                    const double norm = seen.usage[at] / seen.residual;
                    unit.output_norm += norm;
                    unit.refit_error += norm * (1.0 - seen.redundancy[at]);
                    unit.redundancy += seen.redundancy[at] / size;
                }
                result_.units.push_back(std::move(unit));
            }
        }
    }

    [[nodiscard]] static std::string name_of(const RemovedUnit& unit, bool refitted) {
        return fmt::format("{}:{}{}", unit.layer, unit.heads.front(), refitted ? " refitted" : "");
    }

    void score() {
        const Model& model = preparation_.model(progress_, stop_);
        RefitParams params;
        params.windows = windows_;
        params.order = fitted_;
        params.rule.target = params_.target;
        for (const RemovedUnit& unit : result_.units) {
            LayerMerge merge;
            merge.removed = unit.heads;
            params.alternatives[unit.layer].push_back(std::move(merge));
        }
        const RefitResult refitted = refit(model, params, progress_, stop_);
        std::vector<NamedVariant> variants = {{kOriginalName, {}}};
        std::map<int, std::size_t> next;
        for (const RemovedUnit& unit : result_.units) {
            const std::size_t index = next[unit.layer]++;
            variants.push_back(
                {name_of(unit, false), {{unit.layer, params.alternatives[unit.layer][index]}}});
            variants.push_back(
                {name_of(unit, true), {{unit.layer, refitted.alternatives.at(unit.layer)[index]}}});
        }
        ScoreBook book(windows_->count(), windows_->predictions_per_window());
        VariantScorer(model, windows_, book, nullptr, stop_)
            .score(std::move(variants), probes_, "units alone", progress_);
        for (RemovedUnit& unit : result_.units) {
            unit.plain = book.change(kOriginalName, name_of(unit, false), probes_);
            unit.refitted = book.change(kOriginalName, name_of(unit, true), probes_);
        }
        result_.probe_windows = std::ssize(probes_);
        result_.original = book.pair(kOriginalName, kOriginalName, probes_).metrics(0);
    }

    const RemovalDamageParams& params_;
    const ProgressFn& progress_;
    const std::stop_token& stop_;
    Preparation preparation_;
    std::shared_ptr<const Windows> windows_;
    std::vector<std::int64_t> probes_;  ///< sequences that the loss is measured on
    std::vector<std::int64_t> fitted_;  ///< the others
    RemovalDamageResult result_;
};

Json optional_json(const std::optional<double>& value) {
    return value ? Json(*value) : Json(nullptr);
}

}  // namespace

RemovalDamageResult measure_removals(const RemovalDamageParams& params, const ProgressFn& progress,
                                     const std::stop_token& stop) {
    join_processes();
    RemovalDamageResult result = RemovalDamageJob(params, progress, stop).run();
    leave_processes();
    return result;
}

Json to_json(const RemovalDamageParams& params, const RemovalDamageResult& result) {
    Json units = Json::array();
    for (const RemovedUnit& unit : result.units) {
        units.push_back({{"layer", unit.layer},
                         {"heads", unit.heads},
                         {"output_norm", unit.output_norm},
                         {"redundancy", unit.redundancy},
                         {"refit_error", unit.refit_error},
                         {"removed", to_json(unit.plain)},
                         {"refitted", to_json(unit.refitted)}});
    }
    Json rankings = Json::object();
    for (const RemovalRanking& ranking : result.rankings) {
        rankings[ranking.measure] = {
            {"removed",
             {{"pooled", optional_json(ranking.plain)},
              {"mean_of_layers", optional_json(ranking.plain_mean_of_layers)}}},
            {"refitted",
             {{"pooled", optional_json(ranking.refitted)},
              {"mean_of_layers", optional_json(ranking.refitted_mean_of_layers)}}}};
    }
    return {{"settings",
             {{"unit", name_of(params.unit)},
              {"refit_target", name_of(params.target)},
              {"probe_windows", result.probe_windows}}},
            {"original", to_json(result.original)},
            {"rank_correlation", std::move(rankings)},
            {"units", std::move(units)},
            {"manifest", to_json(result.manifest)}};
}

}  // namespace headscope
