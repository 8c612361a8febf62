#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/evaluation/comparison.h"
#include "core/report/run_settings.h"
#include "ui/runs/run.h"
#include "ui/session/opened_model.h"

namespace headscope::ui {

/// What is to be evaluated: the variants of one model, together.
struct EvaluationRequest {
    std::shared_ptr<const OpenedModel> opened;
    EvaluationSettings settings;
    std::vector<MergePlan> plans;
    std::vector<int> layers;              ///< that the plans may change, ascending
    std::int64_t window_limit = 0;        ///< 0: all windows
    std::filesystem::path results_folder; ///< where results files are written; empty: nowhere
};

/// The figures so far.
struct EvaluationFigures {
    std::int64_t windows = 0;
    Metrics original;
    std::vector<Metrics> merged;  ///< [plans]
    std::vector<Change> changes;  ///< [plans]
};

struct EvaluationOutcome {
    EvaluationFigures figures;
    std::vector<std::shared_ptr<const Result>> results;  ///< [plans]
    std::vector<std::filesystem::path> files;  ///< [plans]; empty where nothing was written
    std::string save_error;                    ///< why results could not be written
};

/// Where the window's evaluations are done, on a thread of their own: keeps the loaded model, the
/// tokenized text and the scores of the original from one request to the next. Not thread-safe.
class EvaluationWorkplace {
  public:
    using FiguresFn = std::function<void(std::shared_ptr<const EvaluationFigures>)>;

    /// Throws what Model::load, prepare_text and evaluate throw.
    EvaluationOutcome evaluate(const EvaluationRequest& request, const ProgressFn& progress,
                               const FiguresFn& partial, const std::stop_token& stop);

    /// Where and in what the loaded model computes: "cpu, float32".
    [[nodiscard]] std::string device_text() const;

    /// Gives the model's memory back.
    void release();

  private:
    void load(const EvaluationRequest& request, const ProgressFn& progress,
              const std::stop_token& stop);
    void remember_original(const Scores& scores);
    [[nodiscard]] std::shared_ptr<const Result> make_result(const EvaluationRequest& request,
                                                            const EvaluationFigures& figures,
                                                            std::size_t plan,
                                                            const Manifest& manifest) const;
    static void save(const EvaluationRequest& request, EvaluationOutcome& outcome);

    std::shared_ptr<const OpenedModel> opened_;
    EvaluationSettings settings_;
    std::optional<Model> model_;
    std::optional<PreparedText> text_;
    Scores original_;
};

}  // namespace headscope::ui
