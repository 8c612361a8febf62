#include "ui/runs/evaluations.h"

#include <QDateTime>
#include <algorithm>
#include <utility>

#include "ui/runs/run_updates.h"

namespace headscope::ui {
namespace {

/// Enough for an interval that says whether a merge hurts.
constexpr std::int64_t kEstimateWindows = 128;

}  // namespace

Evaluations::Evaluations(Session& session, RunStore& runs, QObject* parent)
    : QObject(parent),
      session_(session),
      runs_(runs),
      shared_(std::make_shared<SharedModel>()),
      workplace_(std::make_shared<EvaluationWorkplace>(shared_)),
      job_(QStringLiteral("evaluation")) {
    connect(&live_, &LiveEstimator::switched, this, &Evaluations::plan_changed);
    connect(&live_, &LiveEstimator::changed, this, &Evaluations::live_estimate_changed);
    connect(&live_, &LiveEstimator::due, this, &Evaluations::begin_live);
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
    return start_runs({session_.thresholds()});
}

std::vector<int> Evaluations::start_sweep(const std::vector<double>& thresholds) {
    return start_runs(std::vector<Thresholds>(thresholds.begin(), thresholds.end()));
}

std::vector<int> Evaluations::start_runs(const std::vector<Thresholds>& all) {
    Batch batch{{}, request(all)};
    batch.request.results_folder = new_results_folder();
    const OpenedModel& opened = *session_.model();
    for (const Thresholds& thresholds : all) {
        Run run;
        run.model_name = QString::fromStdString(opened.name());
        run.model_path = QString::fromStdString(opened.checkpoint.path().string());
        run.threshold = thresholds.lowest();
        run.choices = session_.choices();
        if (thresholds != session_.thresholds()) {  // one of a sweep
            run.choices->select_by = SelectBy::threshold;
            run.choices->threshold = run.threshold;
        }
        run.settings = settings_;
        run.plan.rule = batch.request.plans.rule_at(run.threshold);
        run.plan.layer_thresholds = thresholds.of_layers();
        batch.ids.push_back(runs_.add(std::move(run)));
    }
    std::vector<int> ids = batch.ids;
    const bool was_busy = busy();
    queue_.push_back(std::move(batch));
    if (!was_busy) Q_EMIT busy_changed(true);
    next();
    return ids;
}

EvaluationRequest Evaluations::request(std::vector<Thresholds> thresholds) const {
    return {session_.plan_maker(), settings_, std::move(thresholds), 0, {}};
}

std::filesystem::path Evaluations::new_results_folder() const {
    if (results_folder_.empty()) return {};
    const QString stamp =
        QDateTime::currentDateTimeUtc().toString(QStringLiteral("yyyyMMdd-HHmmss-zzz"));
    return results_folder_ / session_.model()->name() / stamp.toStdString();
}

void Evaluations::next() {
    if (current_ || (held_ && !queue_.empty())) return;
    if (queue_.empty()) {
        Q_EMIT busy_changed(false);
        plan_changed();
        release_if_closed();
        return;
    }
    if (live_.on()) live_.show({LiveEstimate::State::waiting, 0, std::nullopt, {}});
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

void Evaluations::hold(bool held) {
    held_ = held;
    if (held) {
        cancel_all();
        abandon_estimate();
    }
    if (!held && !queue_.empty()) next();
    plan_changed();
}

void Evaluations::abandon_estimate() {
    if (work_ != Work::load && work_ != Work::live) return;
    job_.abandon();
    work_ = Work::none;
}

void Evaluations::model_changed() {
    const auto before = std::exchange(opened_, session_.model());
    // Another measure of the same checkpoint: what runs was planned with the one before.
    if (same_checkpoint(before.get(), opened_.get())) return;
    cancel_all();
    abandon_estimate();
    loaded_ = {};
    loading_ = {};
    set_device({});
    release_if_closed();
}

void Evaluations::release_if_closed() {
    if (session_.model() || work_ != Work::none) return;
    job_.start(
        [workplace = workplace_](const Job::Reporter&, const std::stop_token&) -> Job::Value {
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
        live_.show({LiveEstimate::State::complete,
                    outcome->figures.windows,
                    outcome->figures.changes.front(),
                    {}});
    } else if (current_) {
        take_results(*outcome);
    }
}

void Evaluations::job_failed(const JobError& error) {
    const Work work = std::exchange(work_, Work::none);
    loaded_ = {};
    if (work == Work::load || work == Work::live) {
        live_.show({LiveEstimate::State::failed, 0, std::nullopt, error.text});
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
    clock_.tell(progress);
    write_progress(runs_, current_->ids, progress, clock_);
    Q_EMIT progressed(progress);
}

void Evaluations::show_update(const EvaluationUpdate& update) {
    if (work_ == Work::none) return;
    if (!update.device.empty()) set_device(QString::fromStdString(update.device));
    if (work_ == Work::runs && current_) {
        write_plans(runs_, current_->ids, update);
        if (update.figures) write_figures(runs_, current_->ids, *update.figures);
    }
    if (work_ == Work::live && update.figures) {
        live_.show({LiveEstimate::State::running,
                    update.figures->windows,
                    update.figures->changes.front(),
                    {}});
    }
}

void Evaluations::take_results(const EvaluationOutcome& outcome) {
    const std::vector<int> ids = current_->ids;
    write_results(runs_, ids, outcome);
    if (!outcome.save_error.empty()) Q_EMIT not_saved(QString::fromStdString(outcome.save_error));
    end_batch(RunState::finished, {});
    for (const int id : ids)
        Q_EMIT run_finished(id);
}

void Evaluations::end_batch(RunState state, const QString& error) {
    if (!current_) return;
    const Batch batch = *std::exchange(current_, std::nullopt);
    write_end(runs_, batch.ids, state, error, clock_.seconds());
    next();
}

void Evaluations::plan_changed() {
    live_.ask_no_more();
    // Runs may be waiting for what is being loaded.
    const bool loads_in_vain =
        work_ == Work::load && queue_.empty() && !(live_.on() && loading_ == load_key());
    if (work_ == Work::live || loads_in_vain) abandon_estimate();
    using State = LiveEstimate::State;
    if (!live_.on() || !session_.model()) return live_.show({});
    // Without the figures the estimate would be of other means than those that were chosen.
    if (busy() || held_ || session_.lacks_figures())
        return live_.show({State::waiting, 0, std::nullopt, {}});
    if (!session_.summary().changes_anything())
        return live_.show({State::empty, 0, std::nullopt, {}});
    live_.show({State::running, 0, std::nullopt, {}});
    if (work_ == Work::none) live_.ask();
}

void Evaluations::begin_live() {
    if (!live_.on() || busy() || held_ || !session_.model() || work_ != Work::none ||
        session_.lacks_figures()) {
        return;
    }
    EvaluationRequest estimate = request({session_.thresholds()});
    estimate.window_limit = kEstimateWindows;
    const bool loaded = loaded_ == load_key();
    start_job(loaded ? Work::live : Work::load, std::move(estimate));
}

void Evaluations::set_device(const QString& device) {
    if (device == device_text_) return;
    device_text_ = device;
    Q_EMIT device_changed();
}

}  // namespace headscope::ui
