#pragma once

#include <QObject>
#include <memory>

#include "ui/session/job.h"
#include "ui/session/opened_model.h"

namespace headscope::ui {

/// Opens checkpoints in the background, one at a time: a newer request replaces an older.
class ModelOpener : public QObject {
    Q_OBJECT

  public:
    explicit ModelOpener(QObject* parent = nullptr);

    /// A model folder or any of its files. A measure of behaviour needs the model to run; until it
    /// has, the heads are compared by q.
    void open(const QString& path, Measure measure = Measure::q, const OpenOptions& options = {});
    void cancel() { job_.cancel(); }
    [[nodiscard]] bool opening() const { return job_.running(); }
    /// What is being opened, or was last.
    [[nodiscard]] const QString& path() const { return path_; }

  Q_SIGNALS:
    void started(const QString& path);
    void progressed(const headscope::Progress& progress);
    /// Exactly one of these ends each opening that was not replaced.
    void opened(const std::shared_ptr<const headscope::ui::OpenedModel>& model);
    void cancelled();
    void failed(const headscope::ui::JobError& error);

  private:
    QString path_;
    Job job_;
};

}  // namespace headscope::ui
