#include "core/report/sweep.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <optional>
#include <stop_token>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/process_rank.h"
#include "core/evaluation/task_evaluation.h"
#include "core/measures/compare_heads.h"
#include "core/measures/merge_calibration.h"
#include "core/refit/refit.h"
#include "core/report/journal.h"
#include "core/report/run_settings.h"
#include "core/report/task_items.h"
#include "core/report/yardstick.h"

namespace headscope {
namespace {

namespace fs = std::filesystem;

/// Ascending, each once, so that equal choices make equal settings.
std::vector<int> sorted(std::vector<int> layers) {
    std::sort(layers.begin(), layers.end());
    layers.erase(std::unique(layers.begin(), layers.end()), layers.end());
    return layers;
}

/// The journal only saves work: a disk that is full for a moment must not end an evaluation, nor
/// turn a cancelled one into a failure.
void save_if_possible(const Journal& journal, const Scores& scores) {
    try {
        journal.save(scores);
    } catch (const Error&) {
        return;
    }
}

/// A model that loads while other preparations go on: a GPU alone takes a second to start.
class BackgroundLoad {
  public:
    BackgroundLoad(Checkpoint checkpoint, ComputeOptions compute, ProgressFn progress,
                   const std::stop_token& stop)
        : forward_stop_(stop, [this] { stop_.request_stop(); }),
          progress_(std::move(progress)),
          model_(std::async(std::launch::async, [this, checkpoint = std::move(checkpoint),
                                                 compute = std::move(compute)] {
              return Model::load(
                  checkpoint, compute,
                  [this](const Progress& at) {
                      // Until somebody waits, other stages are being reported.
                      if (waiting_ && progress_) progress_(at);
                  },
                  stop_.get_token());
          })) {}
    ~BackgroundLoad() { stop_.request_stop(); }  // the future's destructor waits for it to end
    BackgroundLoad(const BackgroundLoad&) = delete;
    BackgroundLoad& operator=(const BackgroundLoad&) = delete;

    /// Waits for the model. Throws what Model::load throws. Call it once.
    Model get() {
        waiting_ = true;
        return model_.get();
    }

  private:
    std::stop_source stop_;
    std::stop_callback<std::function<void()>> forward_stop_;
    ProgressFn progress_;
    std::atomic<bool> waiting_ = false;
    std::future<Model> model_;  // last: destroyed first
};

/// One sweep, step by step; a step leaves what the next needs in the members.
class Sweep {
  public:
    Sweep(const SweepParams& params, const SweepObserver& observer, const std::stop_token& stop)
        : params_(params),
          observer_(observer),
          stop_(stop),
          checkpoint_(Checkpoint::open(params.model_path, params.opening)),
          layers_(sorted(choose_layers(checkpoint_.config(), params.layers))) {}

    SweepResult run() {
        if (!params_.tasks.empty()) tasks_ = read_tasks(params_.tasks, params_.task_limit);
        join_processes();
        if (!all_finished()) {
            load_.emplace(checkpoint_, params_.compute, observer_.progress, stop_);
        }
        result_.text = prepare_text(checkpoint_, params_.text, params_.cache_dir, stop_);
        settings_ = make_run_settings(checkpoint_, params_.measure, rule_at(0.0), layers_,
                                      result_.text, resolve(params_.compute), stop_);
        if (kind_of(params_.measure) == MeasureKind::behaviour ||
            rule_at(0.0).reads_calibration()) {
            calibration_ = prepare_calibration(checkpoint_, params_.calibration,
                                               params_.text.corpus, params_.cache_dir, stop_);
            settings_.calibration = calibration_.record;
        }
        for (const ChosenTask& task : tasks_) {
            settings_.tasks.push_back({std::string(task.task->name),
                                       static_cast<std::int64_t>(task.items.size()),
                                       items_sha256(task)});
        }
        if (place_.first()) {
            make_folder(params_.output_dir);
            find_finished();
        }
        agree_on_pending();
        if (!pending_.empty()) {
            make_plans();
            evaluate_pending();
        }
        leave_processes();
        return std::move(result_);
    }

  private:
    [[nodiscard]] bool all_finished() const {
        return !params_.force &&
               std::all_of(params_.thresholds.begin(), params_.thresholds.end(), [&](double t) {
                   std::error_code error;
                   return fs::exists(params_.output_dir / results_file_name(t), error);
               });
    }

    /// Fills runs with what is there already, and pending_ with what is not.
    void find_finished() {
        for (const double threshold : params_.thresholds) {
            SweepRun run{params_.output_dir / results_file_name(threshold), {}, false};
            std::error_code error;
            if (!params_.force && fs::exists(run.file, error)) {
                run.result = read_result(run.file);
                check_same_settings(run);
                run.skipped = true;
            } else {
                pending_.push_back(result_.runs.size());
            }
            run.result.threshold = threshold;
            result_.runs.push_back(std::move(run));
        }
    }

    /// Only the first of several processes looks at the results folder, and writes to it.
    void agree_on_pending() {
        if (place_.alone()) return;
        const auto agreed = nlohmann::json::parse(broadcast(nlohmann::json(pending_).dump()));
        if (place_.first()) return;
        pending_ = agreed.get<std::vector<std::size_t>>();
        for (const double threshold : params_.thresholds) {
            SweepRun run{params_.output_dir / results_file_name(threshold), {}, false};
            run.result.threshold = threshold;
            result_.runs.push_back(std::move(run));
        }
    }

    /// Which windows are scored already; the scores themselves stay with the first process.
    void agree_on_known(EvaluationParams& evaluation) const {
        if (place_.alone()) return;
        Scores& known = evaluation.known;
        const auto agreed = nlohmann::json::parse(broadcast(nlohmann::json(known.done).dump()));
        if (place_.first() || agreed.empty()) return;
        known.done = agreed.get<std::vector<std::uint8_t>>();
        known.predictions_per_window = evaluation.windows->predictions_per_window();
        WindowScore elsewhere;
        if (evaluation.divergence) {
            const auto each = static_cast<std::size_t>(known.predictions_per_window);
            elsewhere.tokens = std::make_shared<const TokenScores>(
                TokenScores{std::vector<float>(each), std::vector<std::uint8_t>(each),
                            std::vector<float>(each), std::vector<std::uint8_t>(each)});
        }
        known.values.assign(evaluation.variants.size(),
                            std::vector<WindowScore>(known.done.size(), elsewhere));
    }

    void check_same_settings(const SweepRun& run) const {
        const std::string difference =
            run.result.manifest ? describe_difference(run.result.manifest->settings, settings_)
                                : "it has no manifest";
        if (difference.empty()) return;
        fail(
            ErrorCode::bad_input,
            "{}: these results were made with other settings ({}); choose another --output_dir, or "
            "--force to replace them",
            run.file.string(), difference);
    }

    /// Another run may have finished in the same folder while this one was evaluated.
    void refuse_to_replace(const SweepRun& run) const {
        std::error_code error;
        if (params_.force || !fs::exists(run.file, error)) return;
        check_same_settings({run.file, read_result(run.file), false});
    }

    [[nodiscard]] MergeRule rule_at(double threshold) const {
        MergeRule rule = params_.rule;
        rule.threshold = threshold;
        return rule;
    }

    /// The loaded model, for which the first call waits.
    const Model& model() {
        if (!model_) {
            // Another process of the job may know better than this one that there is work left.
            if (!load_) load_.emplace(checkpoint_, params_.compute, observer_.progress, stop_);
            model_ = load_->get();
        }
        return *model_;
    }

    void make_plans() {
        const HeadComparison comparison{params_.measure, layers_, params_.compute,
                                        calibration_.windows};
        matrices_ = agree_on(compare_heads(
            checkpoint_, comparison, [this] { return model(); }, observer_.progress, stop_));
        const auto calibration = calibrate_merge(
            rule_at(0.0), layers_, calibration_.windows, [this] { return model(); },
            observer_.progress, stop_);
        for (const std::size_t index : pending_) {
            Result& result = result_.runs[index].result;
            result.plan = make_merge_plan(matrices_, checkpoint_.config(),
                                          rule_at(result.threshold), calibration);
            result.summary = summarize(result.plan, checkpoint_.config());
            result.similarity = matrices_;
        }
        if (params_.rule.refit.refit == Refit::none) return;
        std::vector<MergePlan*> plans;
        for (const std::size_t index : pending_)
            plans.push_back(&result_.runs[index].result.plan);
        refit_plans(model(), calibration_.windows, plans, observer_.progress, stop_);
    }

    void evaluate_pending() {
        EvaluationParams evaluation;
        evaluation.windows = result_.text.windows;
        evaluation.divergence = params_.divergence;
        evaluation.variants.emplace_back();  // the original
        std::vector<double> thresholds;
        for (const std::size_t index : pending_) {
            evaluation.variants.push_back(variant_of(result_.runs[index].result.plan));
            thresholds.push_back(result_.runs[index].result.threshold);
        }
        const Journal journal(params_.output_dir, settings_, thresholds);
        if (!params_.force && place_.first()) {
            evaluation.known = journal.load(static_cast<std::size_t>(evaluation.windows->count()))
                                   .value_or(Scores{});
            result_.resumed_windows = evaluation.known.windows_done();
        }
        // Tells now, not after the evaluation, whether the folder can be written to.
        if (place_.first()) journal.save(evaluation.known);
        agree_on_known(evaluation);
        const std::string started = utc_now();
        evaluate_with_journal(evaluation, thresholds, journal);
        const Journal of_tasks(params_.output_dir, settings_, thresholds, Journal::Of::tasks);
        evaluate_tasks_with_journal(evaluation.variants, of_tasks);
        if (!place_.first()) return;
        write_results(started);
        write_task_items();
        journal.remove();
        of_tasks.remove();
    }

    /// Keeps scores in the journal now and then, and when a stop was requested.
    [[nodiscard]] ScoresFn saving_to(const Journal& journal) const {
        using Clock = std::chrono::steady_clock;
        static constexpr auto kSaveInterval = std::chrono::seconds(20);
        return [&journal, this, last_save = Clock::now()](const Scores& scores) mutable {
            if (Clock::now() - last_save < kSaveInterval && !stop_.stop_requested()) return;
            save_if_possible(journal, scores);
            last_save = Clock::now();
        };
    }

    void evaluate_tasks_with_journal(const std::vector<Variant>& variants, const Journal& journal) {
        if (tasks_.empty()) return;
        TaskResume resume;
        if (place_.first()) {
            resume.partial = saving_to(journal);
            resume.known = [&](std::size_t sequences) {
                if (params_.force) return Scores{};
                Scores known = journal.load(sequences).value_or(Scores{});
                result_.resumed_sequences = known.windows_done();
                return known;
            };
        }
        const auto tokenizer = tokenizer_of(checkpoint_);
        task_scores_ = evaluate_tasks(model(), *tokenizer, variants, tasks_, observer_.progress,
                                      stop_, /*longest=*/0, resume);
    }

    void evaluate_with_journal(const EvaluationParams& evaluation,
                               const std::vector<double>& thresholds, const Journal& journal) {
        const ScoresFn save = saving_to(journal);
        const ScoresFn on_scores = [&](const Scores& scores) {
            if (!place_.first()) return;
            if (observer_.partial) observer_.partial(scores, thresholds);
            save(scores);
        };
        result_.evaluation = evaluate(model(), evaluation, observer_.progress, on_scores, stop_);
        // Should a results file not be written, the next start takes its scores from here.
        if (place_.first()) save_if_possible(journal, result_.evaluation.scores);
    }

    void write_task_items() const {
        if (params_.task_items.empty()) return;
        std::vector<std::string> names{"original"};
        for (const std::size_t run : pending_)
            names.push_back(fmt::format("{}", result_.runs[run].result.threshold));
        write_file_atomically(params_.task_items, dump_line(task_items_json(task_scores_, names)));
    }

    /// Of the text and of the tasks.
    [[nodiscard]] std::vector<Metric> all_metrics(std::size_t variant) const {
        std::vector<Metric> metrics = result_.evaluation.scores.metric_list(variant);
        for (const TaskScores& task : task_scores_) {
            const std::vector<Metric> more = task.metric_list(variant);
            metrics.insert(metrics.end(), more.begin(), more.end());
        }
        return metrics;
    }

    void write_results(const std::string& started) {
        const Scores& scores = result_.evaluation.scores;
        const std::vector<Metric> original = all_metrics(0);
        const std::optional<Yardstick> yardstick =
            find_yardstick(params_.cache_dir, {settings_.model_fingerprint, settings_.protocol,
                                               settings_.window, settings_.corpus_sha256});
        for (std::size_t i = 0; i < pending_.size(); ++i) {
            SweepRun& run = result_.runs[pending_[i]];
            run.result.original = scores.metrics(0);
            run.result.merged = scores.metrics(i + 1);
            run.result.change = scores.change(0, i + 1);
            run.result.original_metrics = original;
            run.result.merged_metrics = all_metrics(i + 1);
            if (yardstick) run.result.yardstick = place_on(*yardstick, run.result.merged_metrics);
            Manifest manifest;
            manifest.program_version = params_.program_version;
            manifest.model_path = params_.model_path.string();
            manifest.settings = settings_;
            manifest.window_order_seed = Windows::kOrderSeed;
            manifest.started = started;
            manifest.duration_seconds = result_.evaluation.seconds;
            manifest.evaluated_together = static_cast<int>(pending_.size()) + 1;
            run.result.manifest = std::move(manifest);
            refuse_to_replace(run);
            write_result(params_.output_dir, run.result);
        }
    }

    const SweepParams& params_;
    const SweepObserver& observer_;
    const std::stop_token& stop_;
    ProcessRank place_ = process_rank();
    Checkpoint checkpoint_;
    std::vector<int> layers_;
    RunSettings settings_;
    std::vector<std::size_t> pending_;  ///< indices of runs that are evaluated now
    std::vector<SimilarityMatrix> matrices_;
    SweepResult result_;
    CalibrationText calibration_;
    std::vector<ChosenTask> tasks_;
    std::vector<TaskScores> task_scores_;
    std::optional<BackgroundLoad> load_;
    std::optional<Model> model_;
};

}  // namespace

SweepResult run_sweep(const SweepParams& params, const SweepObserver& observer,
                      const std::stop_token& stop) {
    if (params.thresholds.empty())
        fail(ErrorCode::bad_input, "no threshold is given; use --thresholds");
    return Sweep(params, observer, stop).run();
}

}  // namespace headscope
