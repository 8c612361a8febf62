#pragma once

#include <QList>
#include <QMainWindow>
#include <QSettings>
#include <functional>

class QCustomPlot;
class QDockWidget;
class QTabWidget;

namespace headscope::ui {

class DamagePanel;
class DistributionPanel;
class HeatmapPanel;
class LayerPanel;
class PairPanel;
class PlanPanel;
class RunCurves;
class RunPanel;
class ScatterPanel;
class TwoMeasuresPanel;
class Workbench;

/// A panel whose picture or table can be taken away.
struct Exportable {
    QString title;                       ///< as in menus
    QString file_name;                   ///< proposed for its picture
    std::function<QCustomPlot*()> plot;  ///< empty: no picture
    std::function<QString()> copy_text;  ///< tab-separated; empty: no table
};

/// The panels that show an open model: views of its heads in the middle, a tab each, and docks
/// around them that can be moved, closed and put back.
class Workspace : public QMainWindow {
    Q_OBJECT

  public:
    explicit Workspace(Workbench& workbench, QWidget* parent = nullptr);

    [[nodiscard]] QList<QDockWidget*> docks() const { return docks_; }
    [[nodiscard]] QList<Exportable> exportables() const;
    [[nodiscard]] RunPanel& run_panel() { return *run_panel_; }
    [[nodiscard]] RunCurves& run_curves() { return *run_curves_; }
    [[nodiscard]] DistributionPanel& distribution() { return *distribution_; }
    [[nodiscard]] HeatmapPanel& heatmap() { return *heatmap_; }
    [[nodiscard]] TwoMeasuresPanel& two_measures() { return *two_measures_; }
    [[nodiscard]] ScatterPanel& scatter() { return *scatter_; }
    [[nodiscard]] DamagePanel& damage() { return *damage_; }
    /// The views in the middle.
    [[nodiscard]] QTabWidget& views() { return *views_; }

    /// Puts all docks where they are at the first start.
    void reset_layout();
    void save_state(QSettings& settings) const;
    void restore_state(const QSettings& settings);

  protected:
    void showEvent(QShowEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

  private:
    void make_views();
    void size_docks();
    /// Runs and curves lie behind each other while there is no room for both side by side.
    [[nodiscard]] bool is_narrow() const;
    void share_tab_if_narrow();
    QDockWidget* add_dock(const QString& name, const QString& title, QWidget* panel);

    QList<QDockWidget*> docks_;
    bool sized_ = false;  ///< the docks have their sizes: the first ones, or restored
    bool shares_tab_ = false;
    QTabWidget* views_;
    HeatmapPanel* heatmap_;
    TwoMeasuresPanel* two_measures_;
    ScatterPanel* scatter_;
    DamagePanel* damage_;
    LayerPanel* layers_;
    DistributionPanel* distribution_;
    PlanPanel* plan_;
    PairPanel* pairs_;
    RunPanel* run_panel_;
    RunCurves* run_curves_;
};

}  // namespace headscope::ui
