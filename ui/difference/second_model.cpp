#include "ui/difference/second_model.h"

#include <QDir>
#include <QFileInfo>
#include <utility>

namespace headscope::ui {

QString SecondModelResult::name() const {
    return QFileInfo(QDir::cleanPath(path)).fileName();
}

SecondModel::SecondModel(Session& session, QObject* parent)
    : QObject(parent), session_(session), job_(QStringLiteral("second model")) {
    connect(&session_, &Session::model_changed, this, &SecondModel::take_model);
    connect(&job_, &Job::progressed, this, &SecondModel::progressed);
    connect(&job_, &Job::cancelled, this, &SecondModel::changed);
    connect(&job_, &Job::finished, this, [this](const Job::Value& value) {
        result_ = std::static_pointer_cast<const SecondModelResult>(value);
        Q_EMIT changed();
    });
    connect(&job_, &Job::failed, this, [this](const JobError& error) {
        Q_EMIT changed();
        Q_EMIT failed(error);
    });
}

void SecondModel::compare(const QString& path, const DifferenceParams& params,
                          const OpenOptions& opening) {
    if (session_.model() == nullptr) return;
    compared_ = session_.model();
    job_.start([model = compared_, path, params, opening](
                   const Job::Reporter& reporter, const std::stop_token& stop) -> Job::Value {
        const Checkpoint second = Checkpoint::open(path.toStdString(), opening);
        return std::make_shared<const SecondModelResult>(SecondModelResult{
            path, compare_models(model->checkpoint, second, params, reporter.progress, stop)});
    });
    Q_EMIT changed();
}

void SecondModel::cancel() {
    job_.cancel();
}

/// The same model by another measure keeps its result.
void SecondModel::take_model() {
    const auto& model = session_.model();
    if (model != nullptr && same_checkpoint(model.get(), compared_.get())) return;
    job_.abandon();
    compared_.reset();
    result_.reset();
    Q_EMIT changed();
}

}  // namespace headscope::ui
