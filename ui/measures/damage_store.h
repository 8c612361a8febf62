#pragma once

#include <QObject>
#include <functional>
#include <memory>

#include "core/search/damage.h"
#include "ui/session/job.h"
#include "ui/session/session.h"

namespace headscope::ui {

/// The damage of pairs of the session's model, measured in the background.
class DamageStore : public QObject {
    Q_OBJECT

  public:
    using Measurement = std::function<DamageResult(
        const DamageParams& params, const ProgressFn& progress, const std::stop_token& stop)>;

    /// `measure` runs on a thread of the store; tests give their own.
    explicit DamageStore(Session& session, Measurement measure = measure_damage,
                         QObject* parent = nullptr);

    /// The last that was measured of the session's model; null where nothing was.
    [[nodiscard]] const std::shared_ptr<const DamageResult>& result() const { return result_; }
    [[nodiscard]] bool running() const { return job_.running(); }

    /// Measures the closest pairs of some layers, instead of what is measured now. Needs an open
    /// model.
    void start(const DamageParams& params);
    void cancel();

  Q_SIGNALS:
    /// A result came or went, or measuring began or ended.
    void changed();
    void progressed(const headscope::Progress& progress);
    void failed(const headscope::ui::JobError& error);

  private:
    void take_model();

    Session& session_;
    Measurement measure_;
    std::shared_ptr<const OpenedModel> measured_;  ///< what the result is of
    std::shared_ptr<const DamageResult> result_;
    Job job_;
};

}  // namespace headscope::ui
