#pragma once

#include <QDialog>
#include <vector>

#include "ui/runs/comparison.h"

class QCheckBox;
class QTableWidget;

namespace headscope::ui {

/// Two or more runs side by side, with a warning where their figures do not compare. It holds
/// copies and need not be modal.
class CompareDialog : public QDialog {
    Q_OBJECT

  public:
    explicit CompareDialog(const std::vector<Run>& runs, QWidget* parent = nullptr);

    [[nodiscard]] const Comparison& comparison() const { return comparison_; }
    /// The whole table, tab-separated.
    [[nodiscard]] QString copy_text() const { return as_tsv(comparison_); }

  private:
    void fill_table();
    void show_rows();
    void fit_to_table();

    Comparison comparison_;
    QTableWidget* table_;
    QCheckBox* only_differences_;
};

}  // namespace headscope::ui
