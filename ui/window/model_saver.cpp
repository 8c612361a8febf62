#include "ui/window/model_saver.h"

namespace headscope::ui {

ModelSaver::ModelSaver(QObject* parent) : QObject(parent), job_(QStringLiteral("saving model")) {
    connect(&job_, &Job::progressed, this, &ModelSaver::progressed);
    connect(&job_, &Job::cancelled, this, &ModelSaver::cancelled);
    connect(&job_, &Job::failed, this, &ModelSaver::failed);
    connect(&job_, &Job::finished, this, [this](const Job::Value& value) {
        Q_EMIT saved(std::static_pointer_cast<const ExportResult>(value));
    });
}

void ModelSaver::save(const std::shared_ptr<const OpenedModel>& model, const ExportParams& params,
                      const Refit& refit) {
    job_.start([model, params, refit](const Job::Reporter& reporter,
                                      const std::stop_token& stop) -> Job::Value {
        ExportParams exported = params;
        if (refit) refit(exported.plan, reporter.progress, stop);
        return std::make_shared<const ExportResult>(
            export_checkpoint(model->checkpoint, exported, reporter.progress, stop));
    });
    Q_EMIT started();
}

}  // namespace headscope::ui
