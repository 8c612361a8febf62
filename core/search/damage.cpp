#include "core/search/damage.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <system_error>
#include <utility>

#include "core/base/error.h"
#include "core/base/process_rank.h"
#include "core/evaluation/evaluator.h"
#include "core/merging/ranked_pairs.h"
#include "core/search/damage_file.h"
#include "core/search/find_thresholds.h"
#include "core/search/rank_correlation.h"
#include "core/search/variant_scorer.h"

namespace headscope {
namespace {

namespace fs = std::filesystem;

/// "3:5-9"
std::string name_of(int layer, const Heads& heads) {
    return fmt::format("{}:{}-{}", layer, heads.first, heads.second);
}

void check(const DamageParams& params) {
    if (params.choose_by.empty())
        fail(ErrorCode::bad_input, "no measure is given to choose pairs by; use --measure");
    if (params.pairs < 1) fail(ErrorCode::bad_input, "--pairs: give 1 or more");
    if (params.probe_windows < 1) fail(ErrorCode::bad_input, "--probe_windows: give 1 or more");
    std::error_code error;
    if (params.output.empty() || params.force || !fs::exists(params.output, error)) return;
    fail(ErrorCode::bad_input,
         "{}: is there already; choose another --output, or --force to "
         "replace it",
         params.output.string());
}

std::vector<Measure> all_of(const DamageParams& params) {
    std::vector<Measure> measures;
    for (const auto* some : {&params.choose_by, &params.compare}) {
        for (const Measure measure : *some) {
            if (std::find(measures.begin(), measures.end(), measure) == measures.end())
                measures.push_back(measure);
        }
    }
    return measures;
}

fs::path folder_of(const fs::path& file) {
    return file.has_parent_path() ? file.parent_path() : fs::path(".");
}

class DamageJob {
  public:
    DamageJob(const DamageParams& params, const ProgressFn& progress, const std::stop_token& stop)
        : params_(params),
          progress_(progress),
          stop_(stop),
          preparation_(params.work, params.choose_by, stop, params.compare) {
        result_.measures = all_of(params);
    }

    DamageResult run() {
        const auto start = std::chrono::steady_clock::now();
        const std::string started = utc_now();
        if (!params_.output.empty() && process_rank().first())
            make_output_folder(folder_of(params_.output));
        for (const Measure measure : result_.measures)
            matrices_.push_back(preparation_.similarity(measure, progress_, stop_));
        calibration_ = preparation_.merge_calibration(progress_, stop_);
        choose();
        score();
        result_.rankings = rank_measures(result_.measures, result_.pairs);
        const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
        result_.manifest = preparation_.manifest(started, seconds.count(),
                                                 static_cast<int>(result_.pairs.size()) + 1);
        if (process_rank().first() && !params_.output.empty()) {
            write_damage(params_.output, params_, result_);
            if (journal_) journal_->remove();
        }
        return std::move(result_);
    }

  private:
    /// Fills the pairs with all but their damage.
    void choose() {
        const std::size_t layers = preparation_.layers().size();
        std::vector<std::vector<RankedPairs>> ranked;  // [layers][measures that choose]
        for (std::size_t i = 0; i < layers; ++i) {
            std::vector<SimilarityMatrix> of_layer;
            for (std::size_t m = 0; m < params_.choose_by.size(); ++m)
                of_layer.push_back(matrices_[m][i]);
            ranked.push_back(preparation_.allowed_pairs(of_layer));
        }
        for (std::size_t i = 0; i < layers; ++i) {
            for (const Heads& heads :
                 choose_pairs(ranked[i], params_.choose, params_.pairs, params_.seed)) {
                PairDamage pair{preparation_.layers()[i], heads, {}, {}};
                for (const auto& of_measure : matrices_)
                    pair.similarities.push_back(of_measure[i].at(heads.first, heads.second));
                result_.pairs.push_back(std::move(pair));
            }
        }
    }

    void score() {
        const std::shared_ptr<const Windows> windows = preparation_.text().windows;
        const auto probes = probe_windows(*windows, params_.probe_windows);
        ScoreBook book(windows->count(), windows->predictions_per_window());
        if (!params_.output.empty()) {
            journal_.emplace(folder_of(params_.output), "damage", to_json(preparation_.settings()));
            result_.resumed_scores = journal_->load(book);
            journal_->save(book);  // tells now whether the folder can be written to
        }
        std::vector<NamedVariant> variants = {{kOriginalName, {}}};
        for (const PairDamage& pair : result_.pairs)
            variants.push_back(merged_alone(pair));
        VariantScorer scorer(preparation_.model(progress_, stop_), windows, book,
                             journal_ ? &*journal_ : nullptr, stop_);
        try {
            scorer.score(variants, probes, "pairs alone", progress_);
        } catch (...) {
            if (journal_) journal_->save_if_possible(book);
            throw;
        }
        if (journal_) journal_->save_if_possible(book);  // should the report not be written
        for (PairDamage& pair : result_.pairs)
            pair.change = book.change(kOriginalName, name_of(pair.layer, pair.heads), probes);
        result_.probe_windows = static_cast<std::int64_t>(probes.size());
        result_.original = book.pair(kOriginalName, kOriginalName, probes).metrics(0);
        result_.layer_passes = scorer.layer_passes();
        result_.separate_layer_passes = scorer.separate_layer_passes();
    }

    [[nodiscard]] NamedVariant merged_alone(const PairDamage& pair) const {
        const HeadPair heads{pair.heads.first, pair.heads.second, pair.similarities.front()};
        const LayerPlan plan =
            make_layer_plan(pair.layer, {heads}, preparation_.checkpoint().config(),
                            params_.work.rule, find_layer(calibration_, pair.layer));
        return {name_of(pair.layer, pair.heads), {{pair.layer, plan.merge}}};
    }

    const DamageParams& params_;
    const ProgressFn& progress_;
    const std::stop_token& stop_;
    Preparation preparation_;
    std::vector<std::vector<SimilarityMatrix>> matrices_;  ///< [measures][layers]
    std::vector<LayerCalibration> calibration_;            ///< what the rule needs of the layers
    std::optional<ScoreJournal> journal_;
    DamageResult result_;
};

}  // namespace

Estimate PairDamage::loss() const {
    const Estimate& ratio = change.perplexity_ratio;
    return {std::log(ratio.value), std::log(ratio.low), std::log(ratio.high)};
}

std::vector<MeasureRanking> rank_measures(const std::vector<Measure>& measures,
                                          const std::vector<PairDamage>& pairs) {
    struct Columns {
        std::vector<double> similarity;
        std::vector<double> damage;

        void add(double of_similarity, double of_damage) {
            similarity.push_back(of_similarity);
            damage.push_back(of_damage);
        }
        [[nodiscard]] std::optional<double> correlation() const {
            return rank_correlation(similarity, damage);
        }
    };
    std::vector<MeasureRanking> rankings;
    for (std::size_t m = 0; m < measures.size(); ++m) {
        MeasureRanking ranking{measures[m], {}, std::nullopt, std::nullopt};
        Columns all;
        std::map<int, Columns> by_layer;
        for (const PairDamage& pair : pairs) {
            all.add(pair.similarities[m], pair.loss().value);
            by_layer[pair.layer].add(pair.similarities[m], pair.loss().value);
        }
        double sum = 0.0;
        int defined = 0;
        for (const auto& [layer, columns] : by_layer) {
            const auto correlation = columns.correlation();
            ranking.layers.push_back(
                {layer, static_cast<std::int64_t>(columns.damage.size()), correlation});
            sum += correlation.value_or(0.0);
            defined += correlation ? 1 : 0;
        }
        if (defined > 0) ranking.mean = sum / defined;
        ranking.pooled = all.correlation();
        rankings.push_back(std::move(ranking));
    }
    return rankings;
}

DamageResult measure_damage(const DamageParams& params, const ProgressFn& progress,
                            const std::stop_token& stop) {
    check(params);
    join_processes();
    DamageResult result = DamageJob(params, progress, stop).run();
    leave_processes();
    return result;
}

}  // namespace headscope
