#include "ui/runs/evaluations.h"

#include <QDateTime>
#include <algorithm>
#include <utility>

namespace headscope::ui {
namespace {

/// Enough for an interval that says whether a merge hurts.
constexpr std::int64_t kEstimateWindows = 128;

/// A slider that is dragged starts no estimate before it rests for so long.
constexpr int kLiveDelayMs = 120;

/// What a job sends back: the outcome, and where it was computed.
struct Finished {
    EvaluationOutcome outcome;
    QString device;
};

}  // namespace

Evaluations::Evaluations(Session& session, RunStore& runs, QObject* parent)
    : QObject(parent),
      session_(session),
      runs_(runs),
      workplace_(std::make_shared<EvaluationWorkplace>()),
      job_(QStringLiteral("evaluation")) {
    live_delay_.setSingleShot(true);
    live_delay_.setInterval(kLiveDelayMs);
    connect(&live_delay_, &QTimer::timeout, this, &Evaluations::begin_live);
    connect(&session_, &Session::model_changed, this, &Evaluations::cancel_all);
    connect(&session_, &Session::plan_changed, this, &Evaluations::plan_changed);
    connect(&job_, &Job::progressed, this, &Evaluations::show_progress);
    connect(&job_, &Job::partial, this, [this](const Job::Value& value) {
        show_figures(*std::static_pointer_cast<const EvaluationFigures>(value));
    });
    connect(&job_, &Job::finished, this, [this](const Job::Value& value) {
        const auto finished = std::static_pointer_cast<const Finished>(value);
        if (std::exchange(device_text_, finished->device) != finished->device) {
            Q_EMIT device_changed();
        }
        take(finished->outcome);
    });
    connect(&job_, &Job::cancelled, this, [this] { end_batch(RunState::cancelled, {}); });
    connect(&job_, &Job::failed, this, [this](const JobError& error) {
        const bool runs_failed = work_ == Work::runs;
        end_batch(RunState::failed, error.text);
        if (runs_failed) Q_EMIT failed(error);
    });
}

Evaluations::~Evaluations() = default;

void Evaluations::set_settings(const EvaluationSettings& settings) {
    if (settings == settings_) return;
    settings_ = settings;
    Q_EMIT settings_changed();
    plan_changed();  // the estimate is of other settings now
}

std::vector<int> Evaluations::start() {
    return queue({session_.plan()});
}

std::vector<int> Evaluations::start_sweep(const std::vector<double>& thresholds) {
    std::vector<MergePlan> plans;
    for (const double threshold : thresholds)
        plans.push_back(session_.plan_at(threshold));
    return queue(std::move(plans));
}

std::vector<int> Evaluations::queue(std::vector<MergePlan> plans) {
    Batch batch{{}, request(std::move(plans))};
    batch.request.results_folder = new_results_folder();
    const auto& opened = *batch.request.opened;
    for (const MergePlan& plan : batch.request.plans) {
        Run run;
        run.model_name = QString::fromStdString(opened.name());
        run.model_path = QString::fromStdString(opened.checkpoint.directory().string());
        run.threshold = plan.rule.threshold;
        run.choices = session_.choices();
        if (plan.rule.threshold != session_.threshold()) {  // one of a sweep
            run.choices->select_by = SelectBy::threshold;
            run.choices->threshold = plan.rule.threshold;
        }
        run.settings = settings_;
        run.plan = plan;
        run.summary = summarize(plan, opened.config());
        batch.ids.push_back(runs_.add(std::move(run)));
    }
    std::vector<int> ids = batch.ids;
    const bool was_busy = busy();
    queue_.push_back(std::move(batch));
    if (!was_busy) Q_EMIT busy_changed(true);
    next();
    return ids;
}

EvaluationRequest Evaluations::request(std::vector<MergePlan> plans) const {
    EvaluationRequest request{session_.model(), settings_, std::move(plans), {}, 0, {}};
    for (int layer = 0; layer < request.opened->layers(); ++layer) {
        if (session_.included(layer)) request.layers.push_back(layer);
    }
    return request;
}

std::filesystem::path Evaluations::new_results_folder() const {
    if (results_folder_.empty()) return {};
    const QString stamp =
        QDateTime::currentDateTimeUtc().toString(QStringLiteral("yyyyMMdd-HHmmss-zzz"));
    return results_folder_ / session_.model()->name() / stamp.toStdString();
}

void Evaluations::next() {
    if (current_) return;
    if (queue_.empty()) {
        Q_EMIT busy_changed(false);
        plan_changed();
        return;
    }
    current_ = std::move(queue_.front());
    queue_.pop_front();
    if (live_on_) set_live({LiveEstimate::State::waiting, 0, std::nullopt, {}});
    start_job(Work::runs, current_->request);
}

void Evaluations::start_job(Work work, EvaluationRequest request) {
    work_ = work;
    clock_.start();
    evaluating_since_ms_ = -1;
    job_.start([workplace = workplace_, request = std::move(request)](
                   const Job::Reporter& reporter, const std::stop_token& stop) -> Job::Value {
        auto finished = std::make_shared<Finished>();
        finished->outcome = workplace->evaluate(request, reporter.progress, reporter.partial, stop);
        finished->device = QString::fromStdString(workplace->device_text());
        return finished;
    });
}

void Evaluations::cancel(int run_id) {
    const auto has_run = [run_id](const Batch& batch) {
        return std::find(batch.ids.begin(), batch.ids.end(), run_id) != batch.ids.end();
    };
    if (current_ && has_run(*current_)) {
        job_.cancel();
        return;
    }
    const auto found = std::find_if(queue_.begin(), queue_.end(), has_run);
    if (found == queue_.end()) return;
    for (const int id : found->ids) {
        runs_.update(id, [](Run& run) { run.state = RunState::cancelled; });
    }
    queue_.erase(found);
}

void Evaluations::cancel_all() {
    while (!queue_.empty())
        cancel(queue_.back().ids.front());
    if (current_) job_.cancel();
}

void Evaluations::show_progress(const Progress& progress) {
    if (work_ != Work::runs || !current_) return;
    const double seconds = static_cast<double>(clock_.elapsed()) / 1000.0;
    double rate = 0.0;
    if (progress.unit == "windows") {
        if (evaluating_since_ms_ < 0) {
            evaluating_since_ms_ = clock_.elapsed();
            evaluating_from_ = progress.done;
        }
        const double evaluating = seconds - static_cast<double>(evaluating_since_ms_) / 1000.0;
        if (evaluating > 0.0) {
            rate = static_cast<double>(progress.done - evaluating_from_) / evaluating;
        }
    }
    for (const int id : current_->ids) {
        runs_.update(id, [&](Run& run) {
            run.state = RunState::running;
            run.progress = progress;
            run.seconds = seconds;
            run.windows_per_second = rate;
            run.remaining_seconds =
                rate > 0.0 ? static_cast<double>(progress.total - progress.done) / rate : -1.0;
        });
    }
}

void Evaluations::show_figures(const EvaluationFigures& figures) {
    if (work_ == Work::live) {
        set_live({LiveEstimate::State::running, figures.windows, figures.changes.front(), {}});
        return;
    }
    if (!current_) return;
    for (std::size_t i = 0; i < current_->ids.size(); ++i) {
        runs_.update(current_->ids[i], [&](Run& run) {
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

void Evaluations::take(const EvaluationOutcome& outcome) {
    show_figures(outcome.figures);
    if (work_ == Work::live) {
        LiveEstimate live = live_;
        live.state = LiveEstimate::State::complete;
        work_ = Work::none;
        set_live(std::move(live));
        return;
    }
    const std::vector<int> ids = current_->ids;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        runs_.update(ids[i], [&](Run& run) {
            run.result = outcome.results[i];
            run.file = QString::fromStdString(outcome.files[i].string());
        });
    }
    if (!outcome.save_error.empty()) {
        Q_EMIT not_saved(QString::fromStdString(outcome.save_error));
    }
    end_batch(RunState::finished, {});
    for (const int id : ids)
        Q_EMIT run_finished(id);
}

void Evaluations::end_batch(RunState state, const QString& error) {
    const Work work = std::exchange(work_, Work::none);
    if (work == Work::live) {
        set_live(state == RunState::failed
                     ? LiveEstimate{LiveEstimate::State::failed, 0, std::nullopt, error}
                     : LiveEstimate{});
        return;
    }
    if (!current_) return;
    const Batch batch = *std::exchange(current_, std::nullopt);
    const double seconds = static_cast<double>(clock_.elapsed()) / 1000.0;
    for (const int id : batch.ids) {
        runs_.update(id, [&](Run& run) {
            run.state = state;
            run.error = error;
            run.seconds = seconds;
            run.remaining_seconds = -1.0;
        });
    }
    next();
}

void Evaluations::set_live_estimate(bool on) {
    if (on == live_on_) return;
    live_on_ = on;
    plan_changed();
}

void Evaluations::plan_changed() {
    live_delay_.stop();
    if (work_ == Work::live) {
        job_.cancel();
        work_ = Work::none;
    }
    if (!live_on_ || !session_.model()) {
        set_live({});
    } else if (busy()) {
        set_live({LiveEstimate::State::waiting, 0, std::nullopt, {}});
    } else if (session_.summary().pairs == 0) {
        set_live({LiveEstimate::State::empty, 0, std::nullopt, {}});
    } else {
        set_live({LiveEstimate::State::running, 0, std::nullopt, {}});
        live_delay_.start();
    }
}

void Evaluations::begin_live() {
    if (!live_on_ || busy() || !session_.model()) return;
    EvaluationRequest estimate = request({session_.plan()});
    estimate.window_limit = kEstimateWindows;
    start_job(Work::live, std::move(estimate));
}

void Evaluations::set_live(LiveEstimate live) {
    live_ = std::move(live);
    Q_EMIT live_estimate_changed();
}

}  // namespace headscope::ui
