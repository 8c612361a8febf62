#pragma once

#include <QWidget>

#include "ui/distribution/slider_scale.h"

class QComboBox;
class QDoubleSpinBox;
class QGridLayout;
class QLabel;
class QPushButton;
class QSlider;
class QSpinBox;
class QStackedWidget;

namespace headscope::ui {

class Session;
class UndoGesture;

/// Chooses which pairs are merged: by threshold, percentile or number, or by the layers' own
/// thresholds, with a slider and a number field, and says what that selects. In one row where there
/// is room, else in two.
class ThresholdBar : public QWidget {
    Q_OBJECT

  public:
    explicit ThresholdBar(Session& session, QWidget* parent = nullptr);
    ~ThresholdBar() override;

    [[nodiscard]] QSize minimumSizeHint() const override;

  Q_SIGNALS:
    /// Thresholds of layers are wanted that keep a budget.
    void find_requested();

  protected:
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

  private:
    void make_fields();
    void make_slider();
    void make_status();
    void arrange();
    void set_texts();

    void refresh();
    void update_ranges();
    void update_values();
    void update_status();
    void write(double value);
    void choose_way(SelectBy select_by);
    void use_highest();
    void slider_action(int action);

    [[nodiscard]] double value() const;
    [[nodiscard]] int width_of_fields() const;  ///< of the way to choose and its value
    [[nodiscard]] int width_of_one_row() const;

    Session& session_;
    UndoGesture* gesture_ = nullptr;
    SliderScale scale_;
    QGridLayout* grid_ = nullptr;
    QLabel* way_label_ = nullptr;
    QComboBox* way_ = nullptr;
    QStackedWidget* fields_ = nullptr;
    QDoubleSpinBox* threshold_field_ = nullptr;
    QDoubleSpinBox* percentile_field_ = nullptr;
    QSpinBox* closest_field_ = nullptr;
    QLabel* own_thresholds_ = nullptr;  ///< where each layer has one
    QSlider* slider_ = nullptr;
    QLabel* result_ = nullptr;  ///< the threshold, where another value is chosen
    QLabel* status_ = nullptr;
    QPushButton* use_highest_ = nullptr;
    QPushButton* find_ = nullptr;
    bool one_row_ = false;
    bool stale_ = true;  ///< brought up to date when shown
};

}  // namespace headscope::ui
