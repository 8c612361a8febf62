#pragma once

#include <QObject>
#include <QString>
#include <memory>

#include "core/difference/model_difference.h"
#include "ui/session/job.h"
#include "ui/session/session.h"

namespace headscope::ui {

/// What tells a second checkpoint from the session's model. Never changes.
struct SecondModelResult {
    QString path;
    ModelDifference difference;

    /// The name of the folder, or of a file, for titles.
    [[nodiscard]] QString name() const;
};

/// Compares the session's model with a second checkpoint, in the background.
class SecondModel : public QObject {
    Q_OBJECT

  public:
    explicit SecondModel(Session& session, QObject* parent = nullptr);

    /// Of the session's model; null where nothing was compared with it.
    [[nodiscard]] const std::shared_ptr<const SecondModelResult>& result() const { return result_; }
    [[nodiscard]] bool running() const { return job_.running(); }

    /// Compares with the checkpoint at `path`, instead of what is compared now. Needs an open
    /// model.
    void compare(const QString& path, const DifferenceParams& params,
                 const OpenOptions& opening = {});
    void cancel();

  Q_SIGNALS:
    /// A result came or went, or comparing began or ended.
    void changed();
    void progressed(const headscope::Progress& progress);
    void failed(const headscope::ui::JobError& error);

  private:
    void take_model();

    Session& session_;
    std::shared_ptr<const OpenedModel> compared_;  ///< what the result is of
    std::shared_ptr<const SecondModelResult> result_;
    Job job_;
};

}  // namespace headscope::ui
