#include "ui/runs/evaluations.h"

#include <algorithm>
#include <utility>

#include <QDateTime>

namespace headscope::ui {
namespace {

/// Enough for an interval that says whether a merge hurts.
constexpr std::int64_t kEstimateWindows = 128;

/// A slider that is dragged starts no estimate before it rests for so long.
constexpr int kLiveDelayMs = 120;

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
    connect(&session_, &Session::model_changed, this, &Evaluations::model_changed);
    connect(&session_, &Session::plan_changed, this, &Evaluations::plan_changed);
    connect(&job_, &Job::progressed, this, &Evaluations::show_progress);
    connect(&job_, &Job::partial, this, [this](const Job::Value& value) {
        show_update(*std::static_pointer_cast<const EvaluationUpdate>(value));
    });
    connect(&job_, &Job::finished, this, &Evaluations::job_finished);
    connect(&job_, &Job::cancelled, this, [this] {
        work_ = Work::none;
        end_batch(RunState::cancelled, {});
    });
    connect(&job_, &Job::failed, this, &Evaluations::job_failed);
}

Evaluations::~Evaluations() = default;

void Evaluations::set_settings(const EvaluationSettings& settings) {
    if (settings == settings_) return;
    settings_ = settings;
    Q_EMIT settings_changed();
    plan_changed();  // the estimate is of other settings now
}

std::vector<int> Evaluations::start() {
    return start_sweep({session_.threshold()});
}

std::vector<int> Evaluations::start_sweep(const std::vector<double>& thresholds) {
    Batch batch{{}, request(thresholds)};
    batch.request.results_folder = new_results_folder();
    const OpenedModel& opened = *session_.model();
    for (const double threshold : thresholds) {
        Run run;
        run.model_name = QString::fromStdString(opened.name());
        run.model_path = QString::fromStdString(opened.checkpoint.directory().string());
        run.threshold = threshold;
        run.choices = session_.choices();
        if (threshold != session_.threshold()) {  // one of a sweep
            run.choices->select_by = SelectBy::threshold;
            run.choices->threshold = threshold;
        }
        run.settings = settings_;
        run.plan.rule = {threshold, session_.choices().grouping, session_.choices().kv_policy};
        batch.ids.push_back(runs_.add(std::move(run)));
    }
    std::vector<int> ids = batch.ids;
    const bool was_busy = busy();
    queue_.push_back(std::move(batch));
    if (!was_busy) Q_EMIT busy_changed(true);
    next();
    return ids;
}

EvaluationRequest Evaluations::request(std::vector<double> thresholds) const {
    return {session_.plan_maker(), settings_, std::move(thresholds), 0, {}};
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
        release_if_closed();
        return;
    }
    if (live_on_) set_live({LiveEstimate::State::waiting, 0, std::nullopt, {}});
    const EvaluationRequest& first = queue_.front().request;
    // What the estimate is loading serves the run: it begins when that is done.
    if (work_ == Work::load && loading_ == LoadKey{first.plans.model(), first.settings}) return;
    current_ = std::move(queue_.front());
    queue_.pop_front();
    start_job(Work::runs, current_->request);
}

void Evaluations::start_job(Work work, EvaluationRequest request) {
    work_ = work;
    loading_ = {request.plans.model(), request.settings};
    clock_.start();
    evaluating_since_ms_ = -1;
    job_.start([workplace = workplace_, work, request = std::move(request)](
                   const Job::Reporter& reporter, const std::stop_token& stop) -> Job::Value {
        if (work == Work::load) {
            workplace->prepare(request, reporter.progress, stop);
            return nullptr;
        }
        return std::make_shared<const EvaluationOutcome>(
            workplace->evaluate(request, reporter.progress, reporter.partial, stop));
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
    const std::vector<int> ids = found->ids;
    queue_.erase(found);
    for (const int id : ids) {
        runs_.update(id, [](Run& run) { run.state = RunState::cancelled; });
    }
    if (!busy()) next();
}

void Evaluations::cancel_all() {
    while (!queue_.empty())
        cancel(queue_.back().ids.front());
    if (current_) job_.cancel();
}

void Evaluations::model_changed() {
    cancel_all();
    if (work_ == Work::load || work_ == Work::live) {
        job_.abandon();
        work_ = Work::none;
    }
    loaded_ = {};
    loading_ = {};
    set_device({});
    release_if_closed();
}

void Evaluations::release_if_closed() {
    if (session_.model() || work_ != Work::none) return;
    job_.start([workplace = workplace_](const Job::Reporter&,
                                        const std::stop_token&) -> Job::Value {
        workplace->release();
        return nullptr;
    });
}

void Evaluations::job_finished(const Job::Value& value) {
    const Work work = std::exchange(work_, Work::none);
    if (work == Work::none) return;
    loaded_ = loading_;
    if (work == Work::load) {
        if (busy()) {
            next();
        } else {
            plan_changed();
        }
        return;
    }
    const auto outcome = std::static_pointer_cast<const EvaluationOutcome>(value);
    if (work == Work::live) {
        set_live({LiveEstimate::State::complete, outcome->figures.windows,
                  outcome->figures.changes.front(), {}});
    } else if (current_) {
        take_results(*outcome);
    }
}

void Evaluations::job_failed(const JobError& error) {
    const Work work = std::exchange(work_, Work::none);
    loaded_ = {};
    if (work == Work::load || work == Work::live) {
        set_live({LiveEstimate::State::failed, 0, std::nullopt, error.text});
        if (!busy()) Q_EMIT failed(error);
    }
    if (work == Work::runs) {
        end_batch(RunState::failed, error.text);
        Q_EMIT failed(error);
    } else if (busy()) {
        next();
    }
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
    Q_EMIT progressed(progress);
}

void Evaluations::show_update(const EvaluationUpdate& update) {
    if (work_ == Work::none) return;
    if (!update.device.empty()) set_device(QString::fromStdString(update.device));
    if (work_ == Work::runs && current_) {
        for (std::size_t i = 0; i < update.plans.size(); ++i) {
            runs_.update(current_->ids[i], [&](Run& run) {
                run.plan = update.plans[i].plan;
                run.summary = update.plans[i].summary;
            });
        }
    }
    if (!update.figures) return;
    if (work_ == Work::live) {
        set_live({LiveEstimate::State::running, update.figures->windows,
                  update.figures->changes.front(), {}});
    } else {
        show_figures(*update.figures);
    }
}

void Evaluations::show_figures(const EvaluationFigures& figures) {
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

void Evaluations::take_results(const EvaluationOutcome& outcome) {
    show_figures(outcome.figures);
    const std::vector<int> ids = current_->ids;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        runs_.update(ids[i], [&](Run& run) {
            run.result = outcome.results[i];
            run.file = QString::fromStdString(outcome.files[i].string());
        });
    }
    if (!outcome.save_error.empty()) Q_EMIT not_saved(QString::fromStdString(outcome.save_error));
    end_batch(RunState::finished, {});
    for (const int id : ids)
        Q_EMIT run_finished(id);
}

void Evaluations::end_batch(RunState state, const QString& error) {
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
    Q_EMIT live_estimate_changed();
}

void Evaluations::plan_changed() {
    live_delay_.stop();
    const bool wanted = live_on_ && session_.model() && !busy() && session_.summary().pairs > 0;
    // Runs may be waiting for what is being loaded.
    const bool loads_in_vain = work_ == Work::load && queue_.empty() &&
                               !(live_on_ && loading_ == load_key());
    if (work_ == Work::live || loads_in_vain) {
        job_.abandon();
        work_ = Work::none;
    }
    if (wanted) {
        set_live({LiveEstimate::State::running, 0, std::nullopt, {}});
        if (work_ == Work::none) live_delay_.start();
    } else if (!live_on_ || !session_.model()) {
        set_live({});
    } else {
        set_live({busy() ? LiveEstimate::State::waiting : LiveEstimate::State::empty, 0,
                  std::nullopt, {}});
    }
}

void Evaluations::begin_live() {
    if (!live_on_ || busy() || !session_.model() || work_ != Work::none) return;
    EvaluationRequest estimate = request({session_.threshold()});
    estimate.window_limit = kEstimateWindows;
    const bool loaded = loaded_ == load_key();
    start_job(loaded ? Work::live : Work::load, std::move(estimate));
}

void Evaluations::set_live(LiveEstimate live) {
    // While it is off, a slider that moves changes nothing here.
    if (live.state == LiveEstimate::State::off && live_.state == live.state) return;
    live_ = std::move(live);
    Q_EMIT live_estimate_changed();
}

void Evaluations::set_device(const QString& device) {
    if (device == device_text_) return;
    device_text_ = device;
    Q_EMIT device_changed();
}

}  // namespace headscope::ui
