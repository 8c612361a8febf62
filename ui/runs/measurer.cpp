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

bool Measurer::calibrating() const {
    return measuring() && running_ && !has_figures(running_->calibrating);
}

Measurer::Wanted Measurer::wanted() const {
    const Choices& choices = session_.choices();
    const ComputeOptions& compute = evaluations_.settings().compute;
    Wanted wanted{{choices.measure, {}, {}}, calibrating_of(choices, compute)};
    if (kind_of(choices.measure) == MeasureKind::behaviour)
        wanted.measuring = {choices.measure, choices.calibration, compute};
    return wanted;
}

Measurer::ModelPtr Measurer::find_measured(const Measuring& measuring) const {
    const auto found = std::find_if(measured_.begin(), measured_.end(), [&](const auto& measured) {
        return measured->measuring == measuring;
    });
    return found != measured_.end() ? *found : nullptr;
}

bool Measurer::has_figures(const std::optional<Calibrating>& calibrating) const {
    if (!calibrating) return true;
    if (figures_ == nullptr) return false;
    const Calibrating& there = figures_->calibrating;
    return there.text == calibrating->text && there.compute == calibrating->compute &&
           (there.moments || !calibrating->moments);
}

bool Measurer::is_shown(const Wanted& wanted) const {
    const ModelPtr& model = session_.model();
    return model->measuring == wanted.measuring && has_figures(wanted.calibrating) &&
           (!wanted.calibrating || model->figures == figures_);
}

/// Keeps what the session shows, in the place of the same with other figures, and no older figures
/// beside it.
void Measurer::remember(const ModelPtr& model) {
    if (!same_checkpoint(shown_.get(), model.get())) {
        measured_.clear();
        figures_.reset();
    }
    shown_ = model;
    if (model == nullptr) return;
    std::erase_if(measured_,
                  [&](const auto& measured) { return measured->measuring == model->measuring; });
    for (ModelPtr& measured : measured_) {
        if (measured->figures != figures_) measured = with_figures(measured, nullptr);
    }
    measured_.push_back(model);
}

void Measurer::follow() {
    const ModelPtr model = session_.model();
    remember(model);
    if (!model || held_) return abandon();
    const Wanted wanted = this->wanted();
    if (declined_ != wanted) declined_.reset();
    if (is_shown(wanted)) {
        in_effect_ = session_.choices();
        return abandon();
    }
    const ModelPtr measured = find_measured(wanted.measuring);
    if (measured && has_figures(wanted.calibrating)) {
        abandon();
        session_.set_measured(wanted.calibrating ? with_figures(measured, figures_) : measured);
    } else if (running_ != wanted && declined_ != wanted) {
        start(wanted);
    }
}

void Measurer::start(const Wanted& wanted) {
    running_ = wanted;
    const auto figures = has_figures(wanted.calibrating) ? figures_ : nullptr;
    job_.start([opened = session_.model(), measured = find_measured(wanted.measuring), figures,
                wanted, shared = evaluations_.shared_model(),
                compute = evaluations_.settings().compute,
                corpus = evaluations_.settings().text.corpus](
                   const Job::Reporter& reporter, const std::stop_token& stop) -> Job::Value {
        const ModelFn model = [&] {
            return shared->get(opened->checkpoint, compute, reporter.progress, stop);
        };
        const ModelPtr anew = measured ? measured
                                       : measure_anew(*opened, wanted.measuring, compute, corpus,
                                                      model, reporter.progress, stop);
        if (!wanted.calibrating) return anew;
        return with_figures(anew, figures
                                      ? figures
                                      : read_calibration(opened->checkpoint, *wanted.calibrating,
                                                         corpus, model, reporter.progress, stop));
    });
    Q_EMIT started();
}

void Measurer::take(const ModelPtr& measured) {
    if (measured->figures) figures_ = measured->figures;
    session_.set_measured(measured);
}

/// The choices follow what is shown. The user sees it as one more change of them.
void Measurer::go_back() {
    if (!session_.model()) return;
    Choices choices = session_.choices();
    const bool measured = choices.measure == session_.model()->measure;
    choices.measure = session_.model()->measure;
    if (kind_of(choices.measure) == MeasureKind::behaviour)
        choices.calibration = session_.model()->measuring.calibration;
    if (session_.lacks_figures()) {
        choices.calibration = in_effect_.calibration;
        choices.align = in_effect_.align;
        choices.weights = in_effect_.weights;
        choices.representative = in_effect_.representative;
        // Of another model, they may ask for figures as well.
        if (!serve(session_.model()->figures.get(), choices))
            choices = without_calibration(choices);
    }
    session_.choose(choices, measured ? tr("Change averaging") : tr("Change measure"));
    // Where other compute options ask for it, the choice is the same as before.
    if (!is_shown(wanted())) declined_ = wanted();
}

void Measurer::abandon() {
    if (!running_) return;
    running_.reset();
    job_.abandon();
    Q_EMIT ended();
}

}  // namespace headscope::ui
