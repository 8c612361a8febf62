#include "ui/measures/damage_store.h"

#include <utility>

namespace headscope::ui {

DamageStore::DamageStore(Session& session, Measurement measure, QObject* parent)
    : QObject(parent),
      session_(session),
      measure_(std::move(measure)),
      job_(QStringLiteral("damage")) {
    connect(&session_, &Session::model_changed, this, &DamageStore::take_model);
    connect(&job_, &Job::progressed, this, &DamageStore::progressed);
    connect(&job_, &Job::cancelled, this, &DamageStore::changed);
    connect(&job_, &Job::finished, this, [this](const Job::Value& value) {
        result_ = std::static_pointer_cast<const DamageResult>(value);
        Q_EMIT changed();
    });
    connect(&job_, &Job::failed, this, [this](const JobError& error) {
        Q_EMIT changed();
        Q_EMIT failed(error);
    });
}

void DamageStore::start(const DamageParams& params) {
    measured_ = session_.model();
    job_.start([measure = measure_, params](const Job::Reporter& reporter,
                                            const std::stop_token& stop) -> Job::Value {
        return std::make_shared<const DamageResult>(measure(params, reporter.progress, stop));
    });
    Q_EMIT changed();
}

void DamageStore::cancel() {
    job_.cancel();
}

/// The same model by another measure keeps its damage.
void DamageStore::take_model() {
    const auto& model = session_.model();
    if (model != nullptr && same_checkpoint(model.get(), measured_.get())) return;
    job_.abandon();
    measured_.reset();
    result_.reset();
    Q_EMIT changed();
}

}  // namespace headscope::ui
