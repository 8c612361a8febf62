#include "core/search/compress.h"

#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/process_rank.h"
#include "core/evaluation/evaluator.h"
#include "core/refit/refit.h"
#include "core/report/results.h"
#include "core/search/compress_file.h"

namespace headscope {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// What decides the points of a search.
Json settings_json(const CompressParams& params, const RunSettings& settings) {
    Json json = {{"model_fingerprint", settings.model_fingerprint},
                 {"calibration", to_json(*settings.calibration)},
                 {"layers", settings.layers},
                 {"dtype", settings.dtype},
                 {"device", settings.device},
                 {"unit", params.search.unit == RemovalUnit::heads ? "heads" : "kv_heads"},
                 {"share", params.search.share},
                 {"probe_windows", params.search.probe_windows},
                 {"rounds", params.search.rounds},
                 {"refit", name_of(params.search.refit.refit)},
                 {"refit_target", name_of(params.search.refit.target)},
                 {"refit_layers", name_of(params.search.refit.layers)},
                 {"remeasure", params.search.remeasure},
                 {"pairs", params.search.pairs}};
    const RemovalBudget& budget = params.search.budget;
    if (budget.ppl_increase < RemovalBudget::kNone) json["max_ppl_increase"] = budget.ppl_increase;
    if (budget.kl_divergence < RemovalBudget::kNone) json["max_kl"] = budget.kl_divergence;
    return json;
}

/// The points of an earlier start with the same settings; none where there are none.
std::vector<RemovalPoint> read_points(const fs::path& file, const Json& settings) {
    try {
        const nlohmann::json json = read_json_file(file);
        if (json.at("settings") != nlohmann::json(settings)) return {};
        return removal_points(json.at("points"));
    } catch (const std::exception&) {
        return {};  // not there, or damaged
    }
}

class Compress {
  public:
    Compress(const CompressParams& params, const GreedyRemovalObserver& observer,
             const std::stop_token& stop)
        : params_(params),
          observer_(observer),
          stop_(stop),
          preparation_(params.work, {Measure::q}, stop),
          settings_(settings_json(params, preparation_.settings())) {}

    CompressResult run() {
        const std::string started = utc_now();
        const auto start = std::chrono::steady_clock::now();
        if (process_rank().first()) make_output_folder(params_.output_dir);
        search();
        make_plan();
        judge();
        keep_the_budget();
        const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
        result_.run.manifest = preparation_.manifest(started, seconds.count(), 2);
        result_.run.manifest->settings.rule = result_.run.plan.rule;
        if (!process_rank().first()) return std::move(result_);
        write_file_atomically(params_.output_dir / kPlanFileName,
                              dump_readable(headscope::to_json(result_.plan)));
        result_.run_file = write_result(params_.output_dir, result_.run);
        if (params_.write_model) write_model();
        write();
        return std::move(result_);
    }

  private:
    [[nodiscard]] fs::path file() const { return params_.output_dir / kCompressFileName; }

    void search() {
        std::vector<RemovalPoint> points;
        if (!params_.force) points = read_points(file(), settings_);
        result_.resumed_points = points.size();
        result_.search.points = points;
        GreedyRemovalObserver observer = observer_;
        observer.point = [&](const RemovalPoint& point) {
            result_.search.points.push_back(point);
            if (process_rank().first()) write();
            if (observer_.point) observer_.point(point);
        };
        const Model& model = preparation_.model(observer_.progress, stop_);
        result_.search = remove_greedily(model, preparation_.calibration().windows, params_.search,
                                         points, observer, stop_);
    }

    void make_plan() {
        result_.plan.model_fingerprint = preparation_.settings().model_fingerprint;
        result_.plan.removed = result_.search.points.back().removed;
        result_.plan.refit = params_.search.refit;
        Result& run = result_.run;
        run.similarity = preparation_.similarity(Measure::q, observer_.progress, stop_);
        run.plan = make_merge_plan(run.similarity, preparation_.checkpoint().config(),
                                   rule_of(result_.plan), LayerThresholds{});
        run.threshold = run.plan.rule.threshold;
        refit_plans(preparation_.model(observer_.progress, stop_),
                    preparation_.calibration().windows, {&run.plan}, observer_.progress, stop_);
        run.summary = summarize(run.plan, preparation_.checkpoint().config());
    }

    /// What is within the budget on held-out calibration text may not be on the evaluation text:
    /// then earlier points are tried.
    void keep_the_budget() {
        const auto too_dear = [&] {
            const Metric* kl = find_metric(result_.run.merged_metrics, "kl_divergence");
            return !params_.search.budget.allows(result_.run.change->perplexity_ratio.value,
                                                 kl != nullptr ? kl->value.value : 0.0);
        };
        while (too_dear() && result_.search.points.size() > 1) {
            result_.search.points.pop_back();
            make_plan();
            judge();
        }
    }

    void judge() {
        Result& run = result_.run;
        EvaluationParams evaluation;
        evaluation.divergence = true;
        evaluation.windows = preparation_.text().windows;
        evaluation.variants = {{}, variant_of(run.plan)};
        const Scores scores = evaluate(preparation_.model(observer_.progress, stop_), evaluation,
                                       observer_.progress, {}, stop_)
                                  .scores;
        run.original = scores.metrics(0);
        run.merged = scores.metrics(1);
        run.change = scores.change(0, 1);
        run.original_metrics = scores.metric_list(0);
        run.merged_metrics = scores.metric_list(1);
    }

    /// Without what was removed where the shape of the model allows it.
    void write_model() {
        ExportParams params;
        params.plan = result_.run.plan;
        params.calibration = preparation_.calibration().record;
        params.output_dir = params_.output_dir / "model";
        params.force = true;
        params.program_version = params_.work.program_version;
        params.compact = true;
        try {
            result_.model =
                export_checkpoint(preparation_.checkpoint(), params, observer_.progress, stop_);
            result_.compact = true;
        } catch (const Error& error) {
            if (error.code() == ErrorCode::cancelled) throw;
            params.compact = false;
            result_.model =
                export_checkpoint(preparation_.checkpoint(), params, observer_.progress, stop_);
        }
    }

    void write() const {
        Json points = Json::array();
        for (const RemovalPoint& point : result_.search.points)
            points.push_back(headscope::to_json(point));
        Json json = {{"settings", settings_}, {"points", std::move(points)}};
        if (!result_.search.damage.empty()) {
            Json& damage = json["damage"] = Json::array();
            for (const UnitDamage& unit : result_.search.damage) {
                damage.push_back(
                    {{"layer", unit.layer}, {"heads", unit.heads}, {"loss", unit.loss}});
            }
        }
        if (result_.run.manifest) {
            const Result& run = result_.run;
            json["plan"] = headscope::to_json(result_.plan);
            json["summary"] = headscope::to_json(run.summary);
            json["original"] = headscope::to_json(run.original);
            json["compressed"] = headscope::to_json(run.merged);
            json["change"] = headscope::to_json(*run.change);
            json["manifest"] = headscope::to_json(*run.manifest);
        }
        write_file_atomically(file(), dump_readable(json));
    }

    const CompressParams& params_;
    const GreedyRemovalObserver& observer_;
    const std::stop_token& stop_;
    Preparation preparation_;
    Json settings_;
    CompressResult result_;
};

}  // namespace

CompressResult compress(const CompressParams& params, const GreedyRemovalObserver& observer,
                        const std::stop_token& stop) {
    join_processes();
    CompressResult result = Compress(params, observer, stop).run();
    leave_processes();
    return result;
}

}  // namespace headscope
