#pragma once

#include <vector>

#include "ui/runs/evaluation_clock.h"
#include "ui/runs/evaluation_workplace.h"
#include "ui/runs/run_store.h"

/// What an evaluation tells, written into the runs that are evaluated together: `ids` are theirs,
/// in the order of the request's thresholds.
namespace headscope::ui {

void write_progress(RunStore& runs, const std::vector<int>& ids, const Progress& progress,
                    const EvaluationClock& clock);
/// All but the figures of an update.
void write_plans(RunStore& runs, const std::vector<int>& ids, const EvaluationUpdate& update);
void write_figures(RunStore& runs, const std::vector<int>& ids, const EvaluationFigures& figures);
void write_results(RunStore& runs, const std::vector<int>& ids, const EvaluationOutcome& outcome);
void write_end(RunStore& runs, const std::vector<int>& ids, RunState state, const QString& error,
               double seconds);

}  // namespace headscope::ui
