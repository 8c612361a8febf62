#pragma once

#include <QObject>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>

#include "ui/session/job.h"
#include "ui/session/session.h"

namespace headscope::ui {

/// The session's model under every measure that somebody looked at: computed in the background when
/// first wanted, one after the other, and kept while the model is open.
class MeasureStore : public QObject {
    Q_OBJECT

  public:
    using Compare = std::function<std::shared_ptr<const OpenedModel>(
        const OpenedModel& model, Measure measure, const ProgressFn& progress,
        const std::stop_token& stop)>;

    /// `how` is asked for each measure what compares, on the thread of the window, so that it can
    /// take the settings of that moment; what it gives runs on a thread of the store.
    MeasureStore(Session& session, std::function<Compare()> how, QObject* parent = nullptr);

    /// The session's model by this measure; null while it is not computed, or no model is open.
    [[nodiscard]] std::shared_ptr<const OpenedModel> by(Measure measure) const;

    /// Computes it, unless it is there or on its way. One that failed is tried again.
    void want(Measure measure);

    /// What is computed now.
    [[nodiscard]] std::optional<Measure> computing() const { return computing_; }

    /// Ends what is computed, and leaves out what waits.
    void cancel();

  Q_SIGNALS:
    /// Something was computed, the model changed, or what is computed now did.
    void changed();
    void progressed(const headscope::Progress& progress);
    void failed(const headscope::ui::JobError& error);

  private:
    void take_model();
    void next();

    Session& session_;
    std::shared_ptr<const OpenedModel> model_;  ///< the last that was open
    std::function<Compare()> how_;
    std::map<Measure, std::shared_ptr<const OpenedModel>> computed_;
    std::deque<Measure> waiting_;
    std::optional<Measure> computing_;
    Job job_;
};

}  // namespace headscope::ui
