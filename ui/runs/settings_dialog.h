#pragma once

#include <QDialog>

#include "ui/runs/run.h"

class QCheckBox;
class QComboBox;
class QDialogButtonBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QRadioButton;
class QSpinBox;

namespace headscope::ui {

/// How new runs are evaluated. Modal; settings() after it was accepted.
class SettingsDialog : public QDialog {
    Q_OBJECT

  public:
    /// `max_window`: the longest window that the model takes, in tokens; 0 while no model is open.
    SettingsDialog(const EvaluationSettings& settings, qint64 max_window,
                   QWidget* parent = nullptr);

    /// As the dialog shows them.
    [[nodiscard]] EvaluationSettings settings() const;

  private:
    QWidget* build_text();
    QWidget* build_compute();
    QWidget* build_windows_choice();
    QWidget* build_corpus_choice();
    void take(const EvaluationSettings& settings);
    void update_protocol();
    void validate();
    void browse();
    [[nodiscard]] Protocol protocol() const;

    qint64 max_window_;
    QComboBox* protocol_;
    QLabel* protocol_note_;
    QSpinBox* window_;
    QRadioButton* all_windows_;
    QRadioButton* first_windows_;
    QSpinBox* max_windows_;
    QLineEdit* corpus_;
    QComboBox* device_;
    QComboBox* dtype_;
    QSpinBox* threads_;
    QCheckBox* divergence_;
    QLabel* mistake_;
    QDialogButtonBox* buttons_;
};

}  // namespace headscope::ui
