#pragma once

#include <QWidget>

#include "ui/session/session.h"

class QComboBox;
class QLabel;
class QPushButton;

namespace headscope::ui {

/// What two heads are compared by, and over what text activations are collected, for a measure of
/// behaviour or means that need it. Each change can be undone; the similarities follow in the
/// background. A row for the top of the window.
class MeasureChoice : public QWidget {
    Q_OBJECT

  public:
    explicit MeasureChoice(Session& session, QWidget* parent = nullptr);

    [[nodiscard]] QComboBox& combo() { return *combo_; }

  private:
    void set_texts();
    void follow_choices();
    void choose(int index);
    void edit_calibration();

    Session& session_;
    QLabel* label_;
    QComboBox* combo_;
    QPushButton* calibration_;
};

}  // namespace headscope::ui
