#pragma once

#include <QObject>
#include <compare>
#include <functional>
#include <memory>

#include "core/export/export.h"
#include "ui/session/job.h"
#include "ui/session/opened_model.h"

namespace headscope::ui {

/// For which programs a model is saved, and what weights of a GGUF file are stored in.
struct SavedFormat {
    ExportFormat format = ExportFormat::hugging_face;
    ExportType type = ExportType::automatic;

    auto operator<=>(const SavedFormat&) const = default;
};

/// Writes merged models in the background, one at a time.
class ModelSaver : public QObject {
    Q_OBJECT

  public:
    explicit ModelSaver(QObject* parent = nullptr);

    /// Gives what a refit needs, on the saver's thread.
    using Refit = std::function<void(MergePlan& plan, const ProgressFn& progress,
                                     const std::stop_token& stop)>;

    /// Not while saving(). `refit`: done to the plan before; may be empty.
    void save(const std::shared_ptr<const OpenedModel>& model, const ExportParams& params,
              const Refit& refit = {});
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
