#pragma once

#include <QObject>
#include <memory>
#include <optional>
#include <vector>

#include "ui/runs/evaluations.h"
#include "ui/session/job.h"
#include "ui/session/session.h"

namespace headscope::ui {

/// Compares the heads of the open model by the measure that the user chose, and reads the
/// calibration text where the chosen means need it, in the background, and gives the session the
/// result. What was measured before is kept as long as the model is open, so that going back to it
/// takes no time; of figures of a calibration text the last, which may be large.
class Measurer : public QObject {
    Q_OBJECT

  public:
    /// All must outlive this. Takes compute options and the corpus from `evaluations`.
    Measurer(Session& session, Evaluations& evaluations, QObject* parent = nullptr);
    /// Ends what runs, within one micro-batch.
    ~Measurer() override;

    [[nodiscard]] bool measuring() const { return job_.running(); }
    /// Whether that is for means that need a calibration text.
    [[nodiscard]] bool calibrating() const;
    /// Goes back to the measure whose similarities are shown, and to means whose figures are there.
    void cancel();
    /// While held nothing is measured: another model is being opened.
    void hold(bool held);

  Q_SIGNALS:
    void started();
    void progressed(const headscope::Progress& progress);
    /// What was chosen is what is shown again: measured, cancelled or failed.
    void ended();
    void failed(const headscope::ui::JobError& error);

  private:
    using ModelPtr = std::shared_ptr<const OpenedModel>;

    struct Wanted {
        Measuring measuring;
        std::optional<Calibrating> calibrating;  ///< where plans need a calibration text

        bool operator==(const Wanted&) const = default;
    };

    [[nodiscard]] Wanted wanted() const;
    [[nodiscard]] ModelPtr find_measured(const Measuring& measuring) const;
    [[nodiscard]] bool has_figures(const std::optional<Calibrating>& calibrating) const;
    [[nodiscard]] bool is_shown(const Wanted& wanted) const;
    void remember(const ModelPtr& model);
    void follow();
    void start(const Wanted& wanted);
    void take(const ModelPtr& measured);
    void go_back();
    void abandon();

    Session& session_;
    Evaluations& evaluations_;
    ModelPtr shown_;                               ///< by the session, as of the last look
    std::vector<ModelPtr> measured_;               ///< of its checkpoint, each way once
    std::shared_ptr<const MergeFigures> figures_;  ///< of its checkpoint, the last
    std::optional<Wanted> running_;
    std::optional<Wanted> declined_;  ///< cancelled or failed, and not to be tried again
    Choices in_effect_;               ///< the last for which everything was there
    bool held_ = false;
    Job job_;
};

}  // namespace headscope::ui
