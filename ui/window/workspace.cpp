#include "ui/window/workspace.h"

#include <QAction>
#include <QDockWidget>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/heatmap/heatmap_panel.h"
#include "ui/layers/layer_panel.h"
#include "ui/plan/measure_choice.h"
#include "ui/runs/run_panel.h"
#include "ui/style/dock_scroll.h"
#include "ui/style/fitting_tabs.h"
#include "ui/style/measure_text.h"
#include "ui/style/text.h"
#include "ui/style/veil.h"
#include "ui/window/panel_registry.h"
#include "ui/window/workbench.h"

namespace headscope::ui {
namespace {

/// Changes when a dock is added or removed, so that an older state is not restored into this.
constexpr int kStateVersion = 1;

/// What takes no longer is not dimmed: that would only flicker.
constexpr int kVeilDelayMs = 150;

}  // namespace

Workspace::Workspace(Workbench& workbench, QWidget* parent)
    : QMainWindow(parent, Qt::Widget),
      workbench_(workbench),
      panels_(make_panels({workbench.session(), workbench.measures(), workbench.damage(),
                           workbench.heads(), workbench.runs(),
                           [&workbench] { return workbench.work(); },
                           [this](int id) { show_run(id); }, &workbench.second()})),
      views_(new FittingTabs),
      measure_(new MeasureChoice(workbench.session())) {
    setDockNestingEnabled(true);
    views_->setDocumentMode(true);
    auto* centre = new QWidget;
    auto* column = new QVBoxLayout(centre);
    column->setContentsMargins(0, 0, 0, 0);
    auto* bar = new QVBoxLayout;
    const int margin = fontMetrics().height() / 3;
    bar->setContentsMargins(margin, margin, margin, 0);
    bar->addWidget(measure_);
    column->addLayout(bar);
    column->addWidget(views_, 1);
    setCentralWidget(centre);
    add_panels();
    connect(&panel<HeatmapPanel>(), &HeatmapPanel::colors_changed, &panel<LayerPanel>(),
            &LayerPanel::set_color_scheme);
    veil_timer_.setSingleShot(true);
    connect(&veil_timer_, &QTimer::timeout, this, &Workspace::follow_measure);
    const auto follow_later = [this] {
        // What was dimmed shows again at once.
        const bool stale = workbench_.session().stale();
        if (stale && !veil_timer_.isActive()) veil_timer_.start(kVeilDelayMs);
        if (!stale) follow_measure();
    };
    connect(&workbench.session(), &Session::model_changed, this, follow_later);
    connect(&workbench.session(), &Session::plan_changed, this, follow_later);
    follow_measure();
    reset_layout();
}

void Workspace::add_panels() {
    for (const Panel& panel : panels_) {
        panel.area == PanelArea::centre ? add_view(panel) : add_dock(panel);
        if (panel.of_similarities) veils_.push_back(new Veil(*panel.widget));
    }
}

void Workspace::add_view(const Panel& panel) {
    auto* scroll = new DockScroll(*panel.widget);
    scroll->setObjectName(panel.id);
    views_->addTab(scroll, panel.title);
}

void Workspace::add_dock(const Panel& panel) {
    auto* dock = new QDockWidget(panel.title, this);
    dock->setObjectName(panel.id);  // what saveState() knows it by
    dock->setWidget(new DockScroll(*panel.widget));
    // A dock behind another tab counts as visible to Qt; its panel shall not, so that it rests.
    connect(dock, &QDockWidget::visibilityChanged, panel.widget, &QWidget::setVisible);
    docks_ << dock;
}

QDockWidget& Workspace::dock(const char* id) const {
    return *findChild<QDockWidget*>(QLatin1String(id));
}

void Workspace::show_panel(const QString& id) {
    if (auto* const dock = findChild<QDockWidget*>(id)) {
        dock->show();
        dock->raise();
    } else if (auto* const view = views_->findChild<DockScroll*>(id)) {
        views_->setCurrentWidget(view);
    }
}

void Workspace::show_run(int id) {
    show_panel(QStringLiteral("runs"));
    panel<RunPanel>().select({id});
}

void Workspace::follow_measure() {
    const Session& session = workbench_.session();
    const QString dimmed = session.stale()
                               ? tr("Computing %1").arg(measure_title(session.choices().measure))
                               : QString();
    for (Veil* veil : veils_)
        veil->show_text(dimmed);
    for (const Panel& panel : panels_) {
        if (!panel.of_similarities || panel.area == PanelArea::centre) continue;
        QDockWidget& dock = *findChild<QDockWidget*>(panel.id);
        const QString title =
            session.model() == nullptr
                ? panel.title
                : tr("%1 (%2)", "a panel, the measure of its similarities")
                      .arg(panel.title, qstring(name_of(session.model()->measure)));
        if (title == dock.windowTitle()) continue;
        dock.setWindowTitle(title);
        dock.toggleViewAction()->setText(panel.title);
    }
}

void Workspace::reset_layout() {
    for (QDockWidget* dock : docks_) {
        removeDockWidget(dock);
        dock->setFloating(false);
    }
    setCorner(Qt::BottomLeftCorner, Qt::BottomDockWidgetArea);
    setCorner(Qt::BottomRightCorner, Qt::RightDockWidgetArea);
    // Side by side they would make the window wider than a small screen before it is known to be
    // narrow: panels of one place lie behind each other.
    std::vector<std::pair<PanelArea, QDockWidget*>> first;
    for (const Panel& panel : panels_) {
        if (panel.area == PanelArea::centre) continue;
        QDockWidget* dock = findChild<QDockWidget*>(panel.id);
        const auto found =
            std::ranges::find(first, panel.area, &std::pair<PanelArea, QDockWidget*>::first);
        if (found != first.end()) {
            tabifyDockWidget(found->second, dock);
            continue;
        }
        first.emplace_back(panel.area, dock);
        addDockWidget(panel.area == PanelArea::left     ? Qt::LeftDockWidgetArea
                      : panel.area == PanelArea::bottom ? Qt::BottomDockWidgetArea
                                                        : Qt::RightDockWidgetArea,
                      dock);
    }
    shares_tab_ = true;
    shares_right_ = false;
    for (QDockWidget* dock : docks_)
        dock->show();
    for (const auto& [area, dock] : first)
        dock->raise();
    size_docks();
}

void Workspace::size_docks() {
    // Two columns of layers, or one, as many runs as fit, and the rest for the heatmap.
    const int unit = fontMetrics().averageCharWidth();
    const int line = fontMetrics().height();
    share_tab_if_narrow();
    share_tab_if_short();
    const int layers = is_narrow() ? 24 * unit : 44 * unit;
    const int right = std::min(56 * unit, width() / 3);
    resizeDocks({&dock("layers"), &dock("distribution")}, {layers, right}, Qt::Horizontal);
    resizeDocks({&dock("runs"), &dock("curves")}, {11, 9}, Qt::Horizontal);
    // The threshold without scrolling; the plan, a list, takes the rest.
    const int threshold = std::max(23 * line, height() * 22 / 46);
    resizeDocks({&dock("distribution"), &dock("plan")},
                {threshold, std::max(8 * line, height() - threshold)}, Qt::Vertical);
    resizeDocks({&dock("runs")}, {std::min(19 * line, height() / 3)}, Qt::Vertical);
    dock(shares_right_ ? "distribution" : "plan").raise();
}

bool Workspace::is_narrow() const {
    return width() < 180 * fontMetrics().averageCharWidth();
}

void Workspace::share_tab_if_narrow() {
    QDockWidget* runs = &dock("runs");
    QDockWidget* curves = &dock("curves");
    const bool narrow = is_narrow();
    const auto at_bottom = [this](QDockWidget* dock) {
        return !dock->isFloating() && dockWidgetArea(dock) == Qt::BottomDockWidgetArea;
    };
    if (!isVisible() || narrow == shares_tab_ || !at_bottom(runs) || !at_bottom(curves)) return;
    shares_tab_ = narrow;
    if (narrow) {
        tabifyDockWidget(runs, curves);
        runs->raise();
    } else {
        // splitDockWidget() would add it to the tab.
        const bool shown = !curves->isHidden();
        removeDockWidget(curves);
        addDockWidget(Qt::BottomDockWidgetArea, curves, Qt::Horizontal);
        curves->setVisible(shown);
        resizeDocks({runs, curves}, {11, 9}, Qt::Horizontal);
    }
}

void Workspace::share_tab_if_short() {
    QDockWidget* threshold = &dock("distribution");
    QDockWidget* plan = &dock("plan");
    QDockWidget* pairs = &dock("pairs");
    const bool is_short = height() < 34 * fontMetrics().height();
    const auto at_right = [this](QDockWidget* dock) {
        return !dock->isFloating() && dockWidgetArea(dock) == Qt::RightDockWidgetArea;
    };
    if (!isVisible() || is_short == shares_right_ || !at_right(threshold) || !at_right(plan) ||
        !at_right(pairs)) {
        return;
    }
    shares_right_ = is_short;
    if (is_short) {
        tabifyDockWidget(threshold, plan);
        tabifyDockWidget(threshold, pairs);
        threshold->raise();
        return;
    }
    // splitDockWidget() would add it to the tab.
    const bool plan_shown = !plan->isHidden();
    const bool pairs_shown = !pairs->isHidden();
    removeDockWidget(plan);
    removeDockWidget(pairs);
    addDockWidget(Qt::RightDockWidgetArea, plan, Qt::Vertical);
    tabifyDockWidget(plan, pairs);
    plan->setVisible(plan_shown);
    pairs->setVisible(pairs_shown);
    plan->raise();
}

void Workspace::resizeEvent(QResizeEvent* event) {
    QMainWindow::resizeEvent(event);
    if (!sized_) return;
    share_tab_if_narrow();
    share_tab_if_short();
}

void Workspace::showEvent(QShowEvent* event) {
    QMainWindow::showEvent(event);
    // Sizes only mean something once the window has one.
    if (!sized_) QTimer::singleShot(0, this, &Workspace::size_docks);
    sized_ = true;
}

void Workspace::save_state(QSettings& settings) const {
    settings.setValue(QStringLiteral("window/docks"), saveState(kStateVersion));
    settings.setValue(QStringLiteral("window/view"), views_->currentWidget()->objectName());
    for (const Panel& panel : panels_) {
        if (panel.save_state) panel.save_state(settings);
    }
}

void Workspace::restore_state(const QSettings& settings) {
    const QByteArray docks = settings.value(QStringLiteral("window/docks")).toByteArray();
    sized_ = restoreState(docks, kStateVersion);
    shares_tab_ = tabifiedDockWidgets(&dock("runs")).contains(&dock("curves"));
    shares_right_ = tabifiedDockWidgets(&dock("distribution")).contains(&dock("plan"));
    for (const Panel& panel : panels_) {
        if (panel.restore_state) panel.restore_state(settings);
    }
    show_panel(settings.value(QStringLiteral("window/view")).toString());
}

}  // namespace headscope::ui
