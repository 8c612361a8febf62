#include "ui/window/model_opener.h"

namespace headscope::ui {

ModelOpener::ModelOpener(QObject* parent) : QObject(parent), job_(QStringLiteral("opening")) {
    connect(&job_, &Job::progressed, this, &ModelOpener::progressed);
    connect(&job_, &Job::cancelled, this, &ModelOpener::cancelled);
    connect(&job_, &Job::failed, this, &ModelOpener::failed);
    connect(&job_, &Job::finished, this, [this](const Job::Value& value) {
        Q_EMIT opened(std::static_pointer_cast<const OpenedModel>(value));
    });
}

void ModelOpener::open(const QString& path, Measure measure, const OpenOptions& options) {
    if (kind_of(measure) == MeasureKind::behaviour) measure = Measure::q;
    path_ = path;
    job_.start([file = path.toStdString(), measure, options](
                   const Job::Reporter& reporter, const std::stop_token& stop) -> Job::Value {
        return open_model(file, measure, reporter.progress, stop, options);
    });
    Q_EMIT started(path);
}

}  // namespace headscope::ui
