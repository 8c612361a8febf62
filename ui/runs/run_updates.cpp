#include "ui/runs/run_updates.h"

namespace headscope::ui {

void write_progress(RunStore& runs, const std::vector<int>& ids, const Progress& progress,
                    const EvaluationClock& clock) {
    for (const int id : ids) {
        runs.update(id, [&](Run& run) {
            run.state = RunState::running;
            run.progress = progress;
            run.seconds = clock.seconds();
            run.windows_per_second = clock.rate();
            run.remaining_seconds = clock.remaining();
        });
    }
}

void write_plans(RunStore& runs, const std::vector<int>& ids, const EvaluationUpdate& update) {
    for (std::size_t i = 0; i < update.plans.size(); ++i) {
        runs.update(ids[i], [&](Run& run) {
            run.plan = update.plans[i].plan;
            run.summary = update.plans[i].summary;
        });
    }
    for (std::size_t i = 0; i < update.training.size(); ++i)
        runs.update(ids[i], [&](Run& run) { run.training = update.training[i]; });
    if (!update.settings) return;
    for (const int id : ids) {
        runs.update(id, [&](Run& run) { run.resolved = update.settings; });
    }
}

void write_figures(RunStore& runs, const std::vector<int>& ids, const EvaluationFigures& figures) {
    for (std::size_t i = 0; i < ids.size(); ++i) {
        runs.update(ids[i], [&](Run& run) {
            run.original = figures.original;
            run.merged = figures.merged[i];
            run.change = figures.changes[i];
            if (run.curve.empty() || run.curve.back().windows < figures.windows) {
                run.curve.push_back({figures.windows, figures.original.perplexity.value,
                                     figures.merged[i].perplexity,
                                     figures.changes[i].perplexity_ratio});
            }
        });
    }
}

void write_results(RunStore& runs, const std::vector<int>& ids, const EvaluationOutcome& outcome) {
    write_figures(runs, ids, outcome.figures);
    for (std::size_t i = 0; i < ids.size(); ++i) {
        runs.update(ids[i], [&](Run& run) {
            run.result = outcome.results[i];
            if (i < outcome.tokens.size()) run.tokens = outcome.tokens[i];
            run.file = QString::fromStdString(outcome.files[i].string());
        });
    }
}

void write_end(RunStore& runs, const std::vector<int>& ids, RunState state, const QString& error,
               double seconds) {
    for (const int id : ids) {
        runs.update(id, [&](Run& run) {
            run.state = state;
            run.error = error;
            run.seconds = seconds;
            run.remaining_seconds = -1.0;
        });
    }
}

}  // namespace headscope::ui
