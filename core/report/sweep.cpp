#include "core/report/sweep.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <system_error>
#include <utility>

#include "core/base/error.h"
#include "core/report/journal.h"
#include "core/report/run_settings.h"

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

/// One sweep, step by step; a step leaves what the next needs in the members.
class Sweep {
  public:
    Sweep(const SweepParams& params, const SweepObserver& observer, const std::stop_token& stop)
        : params_(params),
          observer_(observer),
          stop_(stop),
          checkpoint_(Checkpoint::open(params.model_path)),
          layers_(sorted(choose_layers(checkpoint_.config(), params.layers))) {}

    SweepResult run() {
        result_.text = prepare_text(checkpoint_, params_.text, params_.cache_dir, stop_);
        settings_ = make_run_settings(checkpoint_, params_.measure, params_.grouping,
                                      params_.kv_policy, layers_, result_.text,
                                      resolve(params_.compute), stop_);
        make_output_folder();
        find_finished();
        if (!pending_.empty()) {
            make_plans();
            evaluate_pending();
        }
        return std::move(result_);
    }

  private:
    void make_output_folder() const {
        std::error_code error;
        fs::create_directories(params_.output_dir, error);
        if (error || !fs::is_directory(params_.output_dir)) {
            fail(ErrorCode::bad_input, "{}: cannot be made a folder for results ({})",
                 params_.output_dir.string(), error ? error.message() : "it is a file");
        }
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

    void make_plans() {
        const SimilarityParams similarity{params_.measure, layers_, params_.compute.threads};
        matrices_ = compute_similarity(checkpoint_, similarity, observer_.progress, stop_);
        for (const std::size_t index : pending_) {
            Result& result = result_.runs[index].result;
            const MergeRule rule{result.threshold, params_.grouping, params_.kv_policy};
            result.plan = make_merge_plan(matrices_, checkpoint_.config(), rule);
            result.summary = summarize(result.plan, checkpoint_.config());
            result.similarity = matrices_;
        }
    }

    void evaluate_pending() {
        EvaluationParams evaluation;
        evaluation.windows = result_.text.windows;
        evaluation.variants.emplace_back();  // the original
        std::vector<double> thresholds;
        for (const std::size_t index : pending_) {
            evaluation.variants.push_back(variant_of(result_.runs[index].result.plan));
            thresholds.push_back(result_.runs[index].result.threshold);
        }
        Journal journal(params_.output_dir, settings_, thresholds);
        if (!params_.force) {
            evaluation.known = journal.load(static_cast<std::size_t>(evaluation.windows->count()))
                                   .value_or(Scores{});
            result_.resumed_windows = evaluation.known.windows_done();
        }
        // Tells now, not after the evaluation, whether the folder can be written to.
        journal.save(evaluation.known);
        const std::string started = utc_now();
        evaluate_with_journal(evaluation, thresholds, journal);
        write_results(started);
        journal.remove();
    }

    void evaluate_with_journal(const EvaluationParams& evaluation,
                               const std::vector<double>& thresholds, const Journal& journal) {
        using Clock = std::chrono::steady_clock;
        constexpr auto kSaveInterval = std::chrono::seconds(20);
        auto last_save = Clock::now();
        const ScoresFn on_scores = [&](const Scores& scores) {
            if (observer_.partial) observer_.partial(scores, thresholds);
            if (Clock::now() - last_save < kSaveInterval && !stop_.stop_requested()) return;
            last_save = Clock::now();
            save_if_possible(journal, scores);
        };
        const Model model = Model::load(checkpoint_, params_.compute, observer_.progress, stop_);
        result_.evaluation = evaluate(model, evaluation, observer_.progress, on_scores, stop_);
        // Should a results file not be written, the next start takes its scores from here.
        save_if_possible(journal, result_.evaluation.scores);
    }

    void write_results(const std::string& started) {
        const Scores& scores = result_.evaluation.scores;
        for (std::size_t i = 0; i < pending_.size(); ++i) {
            SweepRun& run = result_.runs[pending_[i]];
            run.result.original = scores.metrics(0);
            run.result.merged = scores.metrics(i + 1);
            run.result.change = scores.change(0, i + 1);
            Manifest manifest;
            manifest.program_version = params_.program_version;
            manifest.model_path = params_.model_path.string();
            manifest.settings = settings_;
            manifest.window_order_seed = Windows::kOrderSeed;
            manifest.started = started;
            manifest.duration_seconds = result_.evaluation.seconds;
            manifest.evaluated_together = static_cast<int>(pending_.size()) + 1;
            run.result.manifest = std::move(manifest);
            write_result(params_.output_dir, run.result);
        }
    }

    const SweepParams& params_;
    const SweepObserver& observer_;
    const std::stop_token& stop_;
    Checkpoint checkpoint_;
    std::vector<int> layers_;
    RunSettings settings_;
    std::vector<std::size_t> pending_;  ///< indices of runs that are evaluated now
    std::vector<SimilarityMatrix> matrices_;
    SweepResult result_;
};

}  // namespace

SweepResult run_sweep(const SweepParams& params, const SweepObserver& observer,
                      const std::stop_token& stop) {
    if (params.thresholds.empty())
        fail(ErrorCode::bad_input, "no threshold is given; use --thresholds");
    return Sweep(params, observer, stop).run();
}

}  // namespace headscope
