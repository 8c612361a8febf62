#pragma once

#include <QString>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/base/progress.h"
#include "core/evaluation/metrics.h"
#include "core/evaluation/prepare.h"
#include "core/evaluation/token_file.h"
#include "core/model/model.h"
#include "core/report/results.h"
#include "ui/session/choices.h"

namespace headscope::ui {

/// How variants are evaluated.
struct EvaluationSettings {
    TextOptions text;
    ComputeOptions compute;
    /// Compare every prediction with the original's: KL divergence, same top token, costs per
    /// token. The original is computed again for it.
    bool divergence = true;

    bool operator==(const EvaluationSettings&) const = default;
};

enum class RunState { queued, running, finished, cancelled, failed };

/// Running figures after some windows: one point of the live curves.
struct CurvePoint {
    std::int64_t windows = 0;
    double original = 0.0;  ///< perplexity
    Estimate merged;        ///< perplexity
    Estimate ratio;         ///< merged / original, paired
};

/// One evaluated (or queued, or running) variant, as the window shows it.
struct Run {
    int id = 0;  ///< given by RunStore, never reused
    RunState state = RunState::queued;
    QString model_name;
    QString model_path;
    double threshold = 0.0;  ///< in effect; the lowest, where the plan has one for each layer
    std::optional<Choices> choices;              ///< to restore; absent in opened results
    std::optional<EvaluationSettings> settings;  ///< to restore; absent in opened results
    std::optional<RunSettings> resolved;         ///< those of a run that has begun, in full
    MergePlan plan;
    PlanSummary summary;

    Progress progress;                ///< of the stage it is in; windows while it evaluates
    double seconds = 0.0;             ///< since it began
    double windows_per_second = 0.0;  ///< 0: not known yet
    double remaining_seconds = -1.0;  ///< negative: not known yet

    std::optional<Metrics> original;  ///< with the windows done so far
    std::optional<Metrics> merged;
    std::optional<Change> change;
    std::vector<CurvePoint> curve;
    DistillCurve training;  ///< of refitted weights, where they are trained

    QString error;                         ///< of a failed run
    std::shared_ptr<const Result> result;  ///< of a finished one, with its manifest
    /// What every prediction of the original and of this variant says; null where none were kept.
    std::shared_ptr<const TokenTable> tokens;
    QString file;  ///< where that was saved or opened; empty: only in memory

    [[nodiscard]] bool active() const {
        return state == RunState::queued || state == RunState::running;
    }
};

}  // namespace headscope::ui
