#pragma once

#include <QDialog>
#include <vector>

class QDialogButtonBox;
class QDoubleSpinBox;
class QLabel;
class QLineEdit;

namespace headscope::ui {

/// Which thresholds a sweep takes. Modal; thresholds() after it was accepted.
class SweepDialog : public QDialog {
    Q_OBJECT

  public:
    /// `initial`: a list as parse_thresholds reads it.
    explicit SweepDialog(const QString& initial, QWidget* parent = nullptr);

    /// Empty while the list has a mistake.
    [[nodiscard]] std::vector<double> thresholds() const;
    /// As the user typed it, to be offered again.
    [[nodiscard]] QString text() const;

  private:
    QWidget* build_range();
    void add_range();
    void validate();

    QLineEdit* list_;
    QLabel* verdict_;
    QDoubleSpinBox* from_;
    QDoubleSpinBox* to_;
    QDoubleSpinBox* step_;
    QDialogButtonBox* buttons_;
};

}  // namespace headscope::ui
