#pragma once

#include <QObject>
#include <memory>
#include <optional>
#include <vector>

#include "ui/runs/evaluations.h"
#include "ui/session/job.h"
#include "ui/session/session.h"

namespace headscope::ui {

/// Compares the heads of the open model by the measure that the user chose, in the background, and
/// gives the session the result. What was measured before is kept as long as the model is open, so
/// that going back to it takes no time.
class Measurer : public QObject {
    Q_OBJECT

  public:
    /// All must outlive this. Takes compute options and the corpus from `evaluations`.
    Measurer(Session& session, Evaluations& evaluations, QObject* parent = nullptr);
    /// Ends what runs, within one micro-batch.
    ~Measurer() override;

    [[nodiscard]] bool measuring() const { return job_.running(); }
    /// Goes back to the measure whose similarities are shown.
    void cancel();
    /// While held nothing is measured: another model is being opened.
    void hold(bool held);

  Q_SIGNALS:
    void started();
    void progressed(const headscope::Progress& progress);
    /// The measure that was chosen is the one that is shown again: measured, cancelled or failed.
    void ended();
    void failed(const headscope::ui::JobError& error);

  private:
    [[nodiscard]] Measuring wanted() const;
    void follow();
    void start(const Measuring& measuring);
    void take(const std::shared_ptr<const OpenedModel>& measured);
    void go_back();
    void abandon();

    Session& session_;
    Evaluations& evaluations_;
    std::vector<std::shared_ptr<const OpenedModel>> measured_;  ///< of the open checkpoint
    std::optional<Measuring> running_;
    std::optional<Measuring> declined_;  ///< cancelled or failed, and not to be tried again
    bool held_ = false;
    Job job_;
};

}  // namespace headscope::ui
