#pragma once

#include <QComboBox>

#include "core/similarity/similarity.h"

namespace headscope::ui {

/// A choice of a measure.
class MeasureBox : public QComboBox {
    Q_OBJECT

  public:
    explicit MeasureBox(QWidget* parent = nullptr);

    [[nodiscard]] Measure measure() const;
    void set_measure(Measure measure);

  Q_SIGNALS:
    void measure_chosen(headscope::Measure measure);
};

}  // namespace headscope::ui
