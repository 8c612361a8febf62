#pragma once

#include <QObject>
#include <QTimer>

#include "ui/runs/live_estimate.h"

namespace headscope::ui {

/// The live estimate as others see it: its switch, its figures, and the pause before one begins.
/// Evaluations decides when there is one and does the work.
class LiveEstimator : public QObject {
    Q_OBJECT

  public:
    explicit LiveEstimator(QObject* parent = nullptr);

    [[nodiscard]] bool on() const { return on_; }
    void set_on(bool on);

    [[nodiscard]] const LiveEstimate& estimate() const { return estimate_; }
    void show(LiveEstimate estimate);

    /// `due` follows, unless it is asked for again, or no more, within a moment.
    void ask() { pause_.start(); }
    void ask_no_more() { pause_.stop(); }

  Q_SIGNALS:
    void switched(bool on);
    /// The switch or the figures.
    void changed();
    void due();

  private:
    bool on_ = false;
    LiveEstimate estimate_;
    QTimer pause_;
};

}  // namespace headscope::ui
