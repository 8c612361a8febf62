#pragma once

#include <QWidget>

#include "ui/runs/live_estimate.h"

class QCheckBox;
class QLabel;
class QProgressBar;

namespace headscope::ui {

class IntervalMark;

/// The switch of the live estimate, and what it says about the present plan.
class LiveEstimateView : public QWidget {
    Q_OBJECT

  public:
    explicit LiveEstimateView(QWidget* parent = nullptr);

    void set_estimate(const LiveEstimate& estimate);
    /// Does not emit toggled().
    void set_on(bool on);
    [[nodiscard]] bool on() const;

  Q_SIGNALS:
    /// The user switched it.
    void toggled(bool on);

  protected:
    void changeEvent(QEvent* event) override;

  private:
    void set_texts();
    void show_estimate();
    [[nodiscard]] QString text() const;

    LiveEstimate estimate_;
    QCheckBox* switch_ = nullptr;
    QLabel* text_ = nullptr;
    IntervalMark* interval_ = nullptr;
    QProgressBar* busy_ = nullptr;
};

}  // namespace headscope::ui
