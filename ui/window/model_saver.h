#pragma once

#include <QObject>
#include <memory>

#include "core/export/export.h"
#include "ui/session/job.h"
#include "ui/session/opened_model.h"

namespace headscope::ui {

/// Writes merged models in the background, one at a time.
class ModelSaver : public QObject {
    Q_OBJECT

  public:
    explicit ModelSaver(QObject* parent = nullptr);

    /// Not while saving().
    void save(const std::shared_ptr<const OpenedModel>& model, const ExportParams& params);
    void cancel() { job_.cancel(); }
    [[nodiscard]] bool saving() const { return job_.running(); }

  Q_SIGNALS:
    void started();
    void progressed(const headscope::Progress& progress);
    /// Exactly one of these ends each save.
    void saved(const std::shared_ptr<const headscope::ExportResult>& result);
    void cancelled();
    void failed(const headscope::ui::JobError& error);

  private:
    Job job_;
};

}  // namespace headscope::ui
