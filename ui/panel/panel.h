#pragma once

#include <QString>
#include <functional>

#include "core/search/preparation.h"

class QCustomPlot;
class QSettings;
class QWidget;

namespace headscope::ui {

class DamageStore;
class HeadStore;
class MeasureStore;
class RunStore;
class SecondModel;
class Session;

/// Where a panel is at the first start.
enum class PanelArea {
    centre,  ///< a tab in the middle
    left,
    right_top,
    right_bottom,
    bottom,
};

/// A panel of the window: what it is called, where it is, and what can be taken away from it. To
/// add one: its own folder with a function that makes it, and one line in panel_registry.cpp
/// (docs/adding-a-panel.md).
struct Panel {
    QString id;     ///< of its dock and its settings; never translated, never changed
    QString title;  ///< translated; of its tab or dock, and in menus
    PanelArea area = PanelArea::centre;
    QWidget* widget = nullptr;  ///< the window takes it
    /// Shows similarities by the chosen measure: dimmed while they are computed.
    bool of_similarities = false;
    std::function<QCustomPlot*()> plot = {};  ///< empty: no picture
    std::function<QString()> table = {};      ///< tab-separated; empty: no table
    std::function<void(QSettings&)> save_state = {};
    std::function<void(const QSettings&)> restore_state = {};
};

/// What panels may read and act on.
struct PanelServices {
    Session& session;
    MeasureStore& measures;
    DamageStore& damage;
    HeadStore& heads;
    RunStore& runs;
    std::function<WorkParams()> work;               ///< the settings of searches
    std::function<void(int run_id)> show_run = {};  ///< selects a run in its table
    SecondModel* second = nullptr;                  ///< may be missing in tests of other panels
};

}  // namespace headscope::ui
