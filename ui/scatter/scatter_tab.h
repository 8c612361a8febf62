#pragma once

#include <QWidget>

#include "ui/panel/panel.h"

class QComboBox;
class QStackedWidget;

namespace headscope::ui {

class HeadScatterPanel;
class ScatterPanel;

/// A scatter plot: of pairs of heads, or of single heads.
class ScatterTab : public QWidget {
    Q_OBJECT

  public:
    explicit ScatterTab(const PanelServices& services, QWidget* parent = nullptr);

    [[nodiscard]] ScatterPanel& pairs() { return *pairs_; }
    [[nodiscard]] HeadScatterPanel& heads() { return *heads_; }
    [[nodiscard]] QComboBox& points() { return *points_; }
    /// Of what is shown.
    [[nodiscard]] QCustomPlot& plot();
    [[nodiscard]] QString copy_text() const;
    void save_state(QSettings& settings) const;
    void restore_state(const QSettings& settings);

  private:
    [[nodiscard]] bool shows_heads() const;
    void show_page(int page);

    QWidget* choice_;  ///< of the points, with its label
    QComboBox* points_;
    QStackedWidget* pages_;
    ScatterPanel* pairs_;
    HeadScatterPanel* heads_;
};

/// For the registry of panels.
[[nodiscard]] Panel make_scatter_panel(const PanelServices& services);

}  // namespace headscope::ui
