#pragma once

#include <QList>
#include <QMainWindow>
#include <QSettings>
#include <QTimer>
#include <vector>

#include "ui/panel/panel.h"

class QDockWidget;
class QTabWidget;

namespace headscope::ui {

class MeasureChoice;
class Veil;
class Workbench;

/// The panels that show an open model: views of its heads in the middle, a tab each under the
/// choice of the measure, and docks around them that can be moved, closed and put back.
class Workspace : public QMainWindow {
    Q_OBJECT

  public:
    explicit Workspace(Workbench& workbench, QWidget* parent = nullptr);

    [[nodiscard]] QList<QDockWidget*> docks() const { return docks_; }
    [[nodiscard]] const std::vector<Panel>& panels() const { return panels_; }
    /// The panel of this class, which must be one of the registry's.
    template <typename Widget>
    [[nodiscard]] Widget& panel() const {
        return *findChild<Widget*>();
    }
    /// The views in the middle.
    [[nodiscard]] QTabWidget& views() { return *views_; }
    [[nodiscard]] MeasureChoice& measure_choice() { return *measure_; }

    /// Brings the panel of this id to the front.
    void show_panel(const QString& id);
    /// Puts all docks where they are at the first start.
    void reset_layout();
    void save_state(QSettings& settings) const;
    void restore_state(const QSettings& settings);

  protected:
    void showEvent(QShowEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

  private:
    void add_panels();
    void add_view(const Panel& panel);
    void add_dock(const Panel& panel);
    [[nodiscard]] QDockWidget& dock(const char* id) const;
    void size_docks();
    /// Runs and curves lie behind each other while there is no room for both side by side.
    [[nodiscard]] bool is_narrow() const;
    void share_tab_if_narrow();
    /// Threshold and plan lie behind each other while there is no height for both.
    void share_tab_if_short();
    void show_run(int id);
    /// Names the measure that is shown in the titles of what shows similarities, and dims that
    /// while others are computed.
    void follow_measure();

    Workbench& workbench_;
    std::vector<Panel> panels_;
    QList<QDockWidget*> docks_;
    std::vector<Veil*> veils_;
    QTimer veil_timer_;
    bool sized_ = false;         ///< the docks have their sizes: the first ones, or restored
    bool shares_tab_ = false;    ///< runs and curves
    bool shares_right_ = false;  ///< threshold and plan
    QTabWidget* views_;
    MeasureChoice* measure_;
};

}  // namespace headscope::ui
