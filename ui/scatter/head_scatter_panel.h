#pragma once

#include <QWidget>
#include <array>

#include "ui/panel/panel.h"
#include "ui/scatter/head_axis.h"
#include "ui/scatter/head_dots.h"

class QLabel;
class QPushButton;

namespace headscope::ui {

class FlowLayout;

/// All heads of the model by two values of them, coloured by a third; what is selected here is
/// selected everywhere.
class HeadScatterPanel : public QWidget {
    Q_OBJECT

  public:
    explicit HeadScatterPanel(const PanelServices& services, QWidget* parent = nullptr);

    [[nodiscard]] HeadDots& dots() { return *dots_; }
    [[nodiscard]] HeadAxis& x_axis() { return *x_; }
    [[nodiscard]] HeadAxis& y_axis() { return *y_; }
    [[nodiscard]] HeadAxis& color() { return *color_; }
    [[nodiscard]] QCustomPlot& plot();
    /// The row of choices above the plot.
    [[nodiscard]] FlowLayout& choices() { return *choices_; }
    /// How many heads are shown and how their values go together, or what is missing.
    [[nodiscard]] QString note() const;
    /// A line for each head: layer, head, its values. C locale.
    [[nodiscard]] QString copy_text() const;
    void save_state(QSettings& settings) const;
    void restore_state(const QSettings& settings);

  protected:
    void showEvent(QShowEvent* event) override;

  private:
    /// The values of x, y and colour.
    using Values = std::array<HeadValues, 3>;

    void lay_out();
    void connect_services();
    void refresh();
    void refresh_if_visible();
    void refresh_readout();
    void compute();
    void select(const std::set<HeadRef>& heads, std::optional<HeadRef> last);
    void show_menu(QPoint global);
    [[nodiscard]] std::array<HeadAxis*, 3> axes() const { return {x_, y_, color_}; }
    [[nodiscard]] Values values() const;

    PanelServices services_;
    HeadAxis* x_;
    HeadAxis* y_;
    HeadAxis* color_;
    FlowLayout* choices_ = nullptr;
    QPushButton* compute_;
    QLabel* note_;
    HeadDots* dots_;
    QLabel* readout_;
    QString missing_;                ///< why no dots are shown, or no colours
    std::size_t without_value_ = 0;  ///< heads that lack x or y
};

}  // namespace headscope::ui
