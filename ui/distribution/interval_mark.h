#pragma once

#include <QWidget>
#include <optional>

#include "core/evaluation/metrics.h"

namespace headscope::ui {

/// A small drawing of a change and its 95 % interval beside zero, for a glance: an interval that
/// does not touch the zero line is a change that is certain.
class IntervalMark : public QWidget {
    Q_OBJECT

  public:
    explicit IntervalMark(QWidget* parent = nullptr);

    /// A ratio: 1 is no change. Nothing clears the drawing.
    void set_ratio(const std::optional<Estimate>& ratio);

    /// What half the width stands for, as a share: the smallest of 1, 2, 5 times a power of ten
    /// that holds the interval, so that the drawing keeps its scale while the estimate refines.
    [[nodiscard]] double extent() const;

    [[nodiscard]] QSize sizeHint() const override;

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    std::optional<Estimate> change_;  ///< ratio - 1
};

}  // namespace headscope::ui
