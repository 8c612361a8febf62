#include "ui/runs/measurer.h"

#include <algorithm>

namespace headscope::ui {

Measurer::Measurer(Session& session, Evaluations& evaluations, QObject* parent)
    : QObject(parent),
      session_(session),
      evaluations_(evaluations),
      job_(QStringLiteral("measuring")) {
    connect(&session_, &Session::model_changed, this, &Measurer::follow);
    connect(&session_, &Session::plan_changed, this, &Measurer::follow);
    connect(&evaluations_, &Evaluations::settings_changed, this, &Measurer::follow);
    connect(&job_, &Job::progressed, this, &Measurer::progressed);
    connect(&job_, &Job::finished, this, [this](const Job::Value& value) {
        running_.reset();
        take(std::static_pointer_cast<const OpenedModel>(value));
        Q_EMIT ended();
    });
    connect(&job_, &Job::cancelled, this, [this] {
        running_.reset();
        go_back();
        Q_EMIT ended();
    });
    connect(&job_, &Job::failed, this, [this](const JobError& error) {
        running_.reset();
        go_back();
        Q_EMIT ended();
        Q_EMIT failed(error);
    });
}

Measurer::~Measurer() = default;

void Measurer::cancel() {
    if (running_) job_.cancel();
}

void Measurer::hold(bool held) {
    held_ = held;
    if (held) {
        abandon();
    } else {
        follow();
    }
}

Measuring Measurer::wanted() const {
    const Choices& choices = session_.choices();
    if (kind_of(choices.measure) != MeasureKind::behaviour) return {choices.measure, {}, {}};
    return {choices.measure, choices.calibration, evaluations_.settings().compute};
}

void Measurer::follow() {
    const auto& model = session_.model();
    std::erase_if(measured_, [&](const auto& measured) {
        return !same_checkpoint(measured.get(), model.get());
    });
    if (!model || held_) return abandon();
    const Measuring measuring = wanted();
    if (declined_ != measuring) declined_.reset();
    const auto is_wanted = [&](const auto& measured) { return measured->measuring == measuring; };
    if (std::none_of(measured_.begin(), measured_.end(),
                     [&](const auto& measured) { return measured == model; })) {
        measured_.push_back(model);
    }
    if (is_wanted(model)) return abandon();
    const auto found = std::find_if(measured_.begin(), measured_.end(), is_wanted);
    if (found != measured_.end()) {
        abandon();
        session_.set_measured(*found);
    } else if (running_ != measuring && declined_ != measuring) {
        start(measuring);
    }
}

void Measurer::start(const Measuring& measuring) {
    running_ = measuring;
    job_.start([opened = session_.model(), measuring, shared = evaluations_.shared_model(),
                compute = evaluations_.settings().compute,
                corpus = evaluations_.settings().text.corpus](
                   const Job::Reporter& reporter, const std::stop_token& stop) -> Job::Value {
        return measure_anew(
            *opened, measuring, compute, corpus,
            [&] { return shared->get(opened->checkpoint, compute, reporter.progress, stop); },
            reporter.progress, stop);
    });
    Q_EMIT started();
}

void Measurer::take(const std::shared_ptr<const OpenedModel>& measured) {
    session_.set_measured(measured);
}

/// The choice follows what is shown. The user sees it as one more change of the measure.
void Measurer::go_back() {
    if (!session_.model()) return;
    Choices choices = session_.choices();
    choices.measure = session_.model()->measure;
    if (kind_of(choices.measure) == MeasureKind::behaviour)
        choices.calibration = session_.model()->measuring.calibration;
    session_.choose(choices, tr("Change measure"));
    // Where other compute options ask for it, the choice is the same as before.
    if (wanted() != session_.model()->measuring) declined_ = wanted();
}

void Measurer::abandon() {
    if (!running_) return;
    running_.reset();
    job_.abandon();
    Q_EMIT ended();
}

}  // namespace headscope::ui
