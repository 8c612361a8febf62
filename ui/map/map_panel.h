#pragma once

#include <QWidget>

#include "ui/map/head_map.h"
#include "ui/panel/panel.h"

class QComboBox;
class QLabel;
class QPushButton;

namespace headscope::ui {

/// All heads of the model at a glance, coloured by a measure of a head.
class MapPanel : public QWidget {
    Q_OBJECT

  public:
    explicit MapPanel(const PanelServices& services, QWidget* parent = nullptr);

    [[nodiscard]] HeadMap& map() { return *map_; }
    [[nodiscard]] QCustomPlot& plot();
    /// A line for each head: layer, head, value. C locale.
    [[nodiscard]] QString copy_text() const;
    void save_state(QSettings& settings) const;
    void restore_state(const QSettings& settings);

  protected:
    void showEvent(QShowEvent* event) override;

  private:
    void connect_services();
    void refresh();
    void refresh_if_visible();
    void refresh_marks();
    void refresh_readout();
    void show_menu(QPoint global);

    PanelServices services_;
    QComboBox* measure_;
    QPushButton* compute_;
    QLabel* note_;
    HeadMap* map_;
    QLabel* readout_;
};

/// For the registry of panels.
[[nodiscard]] Panel make_map_panel(const PanelServices& services);

}  // namespace headscope::ui
