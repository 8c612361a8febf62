#pragma once

#include <QDialog>
#include <vector>

#include "core/report/analysis.h"

class QDialogButtonBox;
class QLabel;
class QLineEdit;

namespace headscope::ui {

/// What a report is about to hold, and which layers have a heatmap in it. Modal; layers() after it
/// was accepted.
class ReportDialog : public QDialog {
    Q_OBJECT

  public:
    explicit ReportDialog(const Analysis& analysis, QWidget* parent = nullptr);

    /// Ascending; none where the user wants no heatmap.
    [[nodiscard]] std::vector<int> layers() const;

  private:
    void validate();
    /// The layers that were typed. Throws Error(bad_input) where they cannot be read.
    [[nodiscard]] std::vector<int> typed() const;

    std::vector<int> known_;  ///< layers that the results have
    QLineEdit* layers_;
    QLabel* verdict_;
    QDialogButtonBox* buttons_;
};

}  // namespace headscope::ui
