#include "ui/measures/measure_store.h"

#include <algorithm>
#include <utility>

namespace headscope::ui {

MeasureStore::MeasureStore(Session& session, std::function<Compare()> how, QObject* parent)
    : QObject(parent), session_(session), how_(std::move(how)), job_(QStringLiteral("measures")) {
    connect(&session_, &Session::model_changed, this, &MeasureStore::take_model);
    connect(&job_, &Job::progressed, this, &MeasureStore::progressed);
    connect(&job_, &Job::finished, this, [this](const Job::Value& value) {
        const auto model = std::static_pointer_cast<const OpenedModel>(value);
        computed_[model->measure] = model;
        next();
    });
    connect(&job_, &Job::cancelled, this, &MeasureStore::next);
    connect(&job_, &Job::failed, this, [this](const JobError& error) {
        next();
        Q_EMIT failed(error);
    });
    take_model();
}

std::shared_ptr<const OpenedModel> MeasureStore::by(Measure measure) const {
    const auto& model = session_.model();
    if (model != nullptr && model->measure == measure) return model;
    const auto found = computed_.find(measure);
    return found != computed_.end() ? found->second : nullptr;
}

void MeasureStore::want(Measure measure) {
    const bool comes = computing_ == measure ||
                       std::find(waiting_.begin(), waiting_.end(), measure) != waiting_.end();
    if (session_.model() == nullptr || comes || by(measure) != nullptr) return;
    waiting_.push_back(measure);
    if (!computing_) next();
}

void MeasureStore::cancel() {
    waiting_.clear();
    job_.cancel();
}

void MeasureStore::take_model() {
    const auto before = std::exchange(model_, session_.model());
    if (model_ != nullptr && same_checkpoint(before.get(), model_.get())) {
        Q_EMIT changed();
        return;
    }
    job_.abandon();
    computed_.clear();
    waiting_.clear();
    computing_.reset();
    Q_EMIT changed();
}

void MeasureStore::next() {
    computing_.reset();
    if (!waiting_.empty()) {
        computing_ = waiting_.front();
        waiting_.pop_front();
        job_.start([compare = how_(), model = session_.model(), measure = *computing_](
                       const Job::Reporter& reporter, const std::stop_token& stop) -> Job::Value {
            return compare(*model, measure, reporter.progress, stop);
        });
    }
    Q_EMIT changed();
}

}  // namespace headscope::ui
