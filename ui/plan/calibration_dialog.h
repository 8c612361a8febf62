#pragma once

#include <QDialog>

#include "core/measures/calibration.h"

class QDialogButtonBox;
class QLabel;
class QLineEdit;
class QSpinBox;

namespace headscope::ui {

/// The text over which the heads are watched.
class CalibrationDialog : public QDialog {
    Q_OBJECT

  public:
    explicit CalibrationDialog(const CalibrationOptions& options, QWidget* parent = nullptr);

    [[nodiscard]] CalibrationOptions options() const;

  private:
    void browse();
    void validate();

    QLineEdit* file_;
    QSpinBox* windows_;
    QLabel* mistake_;
    QDialogButtonBox* buttons_;
};

}  // namespace headscope::ui
