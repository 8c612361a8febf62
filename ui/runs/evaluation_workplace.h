#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "core/evaluation/comparison.h"
#include "core/measures/calibration.h"
#include "core/report/run_settings.h"
#include "ui/runs/run.h"
#include "ui/runs/shared_model.h"
#include "ui/session/plan_maker.h"

namespace headscope::ui {

/// What is to be evaluated: variants of one model, together.
struct EvaluationRequest {
    PlanMaker plans;
    EvaluationSettings settings;
    std::vector<Thresholds> thresholds;    ///< one variant each
    std::int64_t window_limit = 0;         ///< 0: all windows
    std::filesystem::path results_folder;  ///< where results files are written; empty: nowhere
};

/// A variant before it is evaluated.
struct PlannedVariant {
    MergePlan plan;
    PlanSummary summary;
};

/// The figures so far.
struct EvaluationFigures {
    std::int64_t windows = 0;
    Metrics original;
    std::vector<Metrics> merged;  ///< [thresholds]
    std::vector<Change> changes;  ///< [thresholds]
};

/// What is told on the way: the plans, the settings, then figures again and again.
struct EvaluationUpdate {
    std::vector<PlannedVariant> plans;  ///< [thresholds], or empty
    std::optional<EvaluationFigures> figures;
    std::string device;                   ///< where and in what the model computes: "cpu, float32"
    std::optional<RunSettings> settings;  ///< of runs, once, when they are known in full
    std::vector<DistillCurve> training;   ///< [thresholds] so far, or empty
};

struct EvaluationOutcome {
    EvaluationFigures figures;
    std::vector<std::shared_ptr<const Result>> results;  ///< [thresholds]; none of an estimate
    std::vector<std::filesystem::path> files;  ///< [thresholds]; empty where nothing was written
    /// [thresholds]: the original and the variant; none where predictions were not compared.
    std::vector<std::shared_ptr<const TokenTable>> tokens;
    std::string save_error;  ///< why results could not be written
};

/// Where the window's evaluations are done, on a thread of their own: keeps the loaded model, the
/// tokenized text and the scores of the original from one request to the next. Not thread-safe.
class EvaluationWorkplace {
  public:
    explicit EvaluationWorkplace(std::shared_ptr<SharedModel> shared)
        : shared_(std::move(shared)) {}

    using UpdateFn = std::function<void(std::shared_ptr<const EvaluationUpdate>)>;

    /// Loads the model and the text of a request, unless they are there. Throws what Model::load
    /// and prepare_text throw.
    void prepare(const EvaluationRequest& request, const ProgressFn& progress,
                 const std::stop_token& stop);

    /// Prepares and evaluates. Throws what prepare() and evaluate() throw.
    EvaluationOutcome evaluate(const EvaluationRequest& request, const ProgressFn& progress,
                               const UpdateFn& update, const std::stop_token& stop);

    /// Gives the memory back.
    void release();

  private:
    /// Those of `variants`, refitted, which take the curves of their training. Output weights take
    /// memory: they are not kept with results.
    [[nodiscard]] std::vector<Variant> refitted(std::vector<PlannedVariant>& variants,
                                                const ProgressFn& progress, const UpdateFn& update,
                                                const std::stop_token& stop);
    void read_calibration(const CalibrationOptions& options, const ProgressFn& progress,
                          const std::stop_token& stop);
    [[nodiscard]] std::shared_ptr<const TokenTable> tokens_of(const Scores& scores,
                                                              std::size_t variant) const;
    void remember_original(const Scores& scores);
    [[nodiscard]] std::string device_text() const;
    [[nodiscard]] RunSettings run_settings(const EvaluationRequest& request,
                                           const std::stop_token& stop) const;
    [[nodiscard]] Manifest manifest(const EvaluationRequest& request,
                                    const EvaluationResult& evaluation) const;
    [[nodiscard]] static Result make_result(const OpenedModel& opened,
                                            const PlannedVariant& variant,
                                            const EvaluationFigures& figures, std::size_t index,
                                            const Manifest& manifest);
    static void save(const EvaluationRequest& request, EvaluationOutcome& outcome);

    std::shared_ptr<SharedModel> shared_;
    std::shared_ptr<const OpenedModel> opened_;
    EvaluationSettings settings_;
    std::optional<Model> model_;  ///< the shared one, as long as it is in use
    std::optional<PreparedText> text_;
    std::optional<CalibrationText> calibration_;  ///< that refits read
    CalibrationOptions calibration_options_;
    Scores original_;
};

}  // namespace headscope::ui
