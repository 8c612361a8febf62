#pragma once

#include <QWidget>

#include "ui/heatmap/heatmap_plot.h"

class QCustomPlot;
class QLabel;
class QSettings;
class QStackedLayout;

namespace headscope::ui {

class HeatmapReadout;
class HeatmapTools;
class Session;

/// The heatmap of the focused layer with its controls, and a read-out of the heads that the user
/// points at or has pinned.
class HeatmapPanel : public QWidget {
    Q_OBJECT

  public:
    explicit HeatmapPanel(Session& session, QWidget* parent = nullptr);

    /// The plot, up to date even while the panel is hidden.
    [[nodiscard]] QCustomPlot& plot();
    [[nodiscard]] HeatmapPlot& heatmap() { return *heatmap_; }
    [[nodiscard]] HeatmapOptions options() const;
    void set_options(const HeatmapOptions& options);

    /// Order, colours, range and separators, under "heatmap/".
    void save_state(QSettings& settings) const;
    void restore_state(const QSettings& settings);

    /// The matrix in the order shown, as tab-separated values: 6 digits, C locale. Empty without a
    /// model.
    [[nodiscard]] QString copy_text() const;

  Q_SIGNALS:
    /// Other views of the same values may want the same colours.
    void colors_changed(headscope::ui::ColorScheme colors);

  protected:
    void showEvent(QShowEvent* event) override;

  private:
    void connect_session();
    void layer_dirty();
    void plan_dirty();
    void refresh();
    void refresh_layer();
    void refresh_plan();
    void refresh_readout();
    void set_texts();
    [[nodiscard]] QString title() const;
    [[nodiscard]] QString plan_note() const;

    Session& session_;
    QLabel* title_;
    QLabel* note_;
    HeatmapTools* tools_;
    HeatmapPlot* heatmap_;
    HeatmapReadout* readout_;
    QLabel* empty_;
    QStackedLayout* pages_;
    bool layer_dirty_ = true;
    bool plan_dirty_ = true;
};

struct Panel;
struct PanelServices;

/// For the registry of panels.
[[nodiscard]] Panel make_heatmap_panel(const PanelServices& services);

}  // namespace headscope::ui
