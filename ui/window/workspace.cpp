#include "ui/window/workspace.h"

#include <QDockWidget>
#include <QTabWidget>
#include <QTimer>
#include <algorithm>

#include "ui/distribution/distribution_panel.h"
#include "ui/heatmap/heatmap_panel.h"
#include "ui/layers/layer_panel.h"
#include "ui/measures/damage_panel.h"
#include "ui/measures/scatter_panel.h"
#include "ui/measures/two_measures_panel.h"
#include "ui/plan/pair_panel.h"
#include "ui/plan/plan_panel.h"
#include "ui/runs/run_curves.h"
#include "ui/runs/run_panel.h"
#include "ui/window/workbench.h"

namespace headscope::ui {
namespace {

/// Changes when a dock is added or removed, so that an older state is not restored into this.
constexpr int kStateVersion = 1;

enum Dock { kLayers, kDistribution, kPlan, kPairs, kRuns, kCurves };

}  // namespace

Workspace::Workspace(Workbench& workbench, QWidget* parent)
    : QMainWindow(parent, Qt::Widget),
      views_(new QTabWidget(this)),
      heatmap_(new HeatmapPanel(workbench.session())),
      two_measures_(new TwoMeasuresPanel(workbench.session(), workbench.measures())),
      scatter_(new ScatterPanel(workbench.session(), workbench.measures(), workbench.damage())),
      damage_(new DamagePanel(workbench.session(), workbench.damage(),
                              [&workbench] { return workbench.work(); })),
      layers_(new LayerPanel(workbench.session())),
      distribution_(new DistributionPanel(workbench.session())),
      plan_(new PlanPanel(workbench.session())),
      pairs_(new PairPanel(workbench.session())),
      run_panel_(new RunPanel(workbench.runs())),
      run_curves_(new RunCurves(workbench.runs())) {
    setDockNestingEnabled(true);
    connect(heatmap_, &HeatmapPanel::colors_changed, layers_, &LayerPanel::set_color_scheme);
    make_views();
    add_dock(QStringLiteral("layers"), tr("Layers"), layers_);
    add_dock(QStringLiteral("distribution"), tr("Threshold"), distribution_);
    add_dock(QStringLiteral("plan"), tr("Merge plan"), plan_);
    add_dock(QStringLiteral("pairs"), tr("Pairs"), pairs_);
    add_dock(QStringLiteral("runs"), tr("Runs"), run_panel_);
    add_dock(QStringLiteral("curves"), tr("Curves"), run_curves_);
    reset_layout();
}

void Workspace::make_views() {
    views_->setDocumentMode(true);
    views_->addTab(heatmap_, tr("Heatmap"));
    views_->addTab(two_measures_, tr("Two measures"));
    views_->addTab(scatter_, tr("Scatter"));
    views_->addTab(damage_, tr("Damage"));
    setCentralWidget(views_);
}

QDockWidget* Workspace::add_dock(const QString& name, const QString& title, QWidget* panel) {
    auto* dock = new QDockWidget(title, this);
    dock->setObjectName(name);  // what saveState() knows it by
    dock->setWidget(panel);
    // A dock behind another tab counts as visible to Qt; its panel shall not, so that it rests. It
    // keeps its room meanwhile.
    QSizePolicy policy = panel->sizePolicy();
    policy.setRetainSizeWhenHidden(true);
    panel->setSizePolicy(policy);
    connect(dock, &QDockWidget::visibilityChanged, panel, &QWidget::setVisible);
    docks_ << dock;
    return dock;
}

void Workspace::reset_layout() {
    for (QDockWidget* dock : docks_) {
        removeDockWidget(dock);
        dock->setFloating(false);
    }
    setCorner(Qt::BottomLeftCorner, Qt::BottomDockWidgetArea);
    setCorner(Qt::BottomRightCorner, Qt::RightDockWidgetArea);
    addDockWidget(Qt::LeftDockWidgetArea, docks_[kLayers]);
    addDockWidget(Qt::RightDockWidgetArea, docks_[kDistribution]);
    addDockWidget(Qt::RightDockWidgetArea, docks_[kPlan]);
    tabifyDockWidget(docks_[kPlan], docks_[kPairs]);
    addDockWidget(Qt::BottomDockWidgetArea, docks_[kRuns]);
    addDockWidget(Qt::BottomDockWidgetArea, docks_[kCurves]);
    // Side by side they would make the window wider than a small screen before it is known to be
    // narrow.
    tabifyDockWidget(docks_[kRuns], docks_[kCurves]);
    shares_tab_ = true;
    for (QDockWidget* dock : docks_)
        dock->show();
    docks_[kPlan]->raise();
    docks_[kRuns]->raise();
    size_docks();
}

void Workspace::size_docks() {
    // Two columns of layers, or one, as many runs as fit, and the rest for the heatmap.
    const int unit = fontMetrics().averageCharWidth();
    const int line = fontMetrics().height();
    share_tab_if_narrow();
    const int layers = is_narrow() ? 24 * unit : 44 * unit;
    resizeDocks({docks_[kLayers], docks_[kDistribution]}, {layers, 56 * unit}, Qt::Horizontal);
    resizeDocks({docks_[kRuns], docks_[kCurves]}, {11, 9}, Qt::Horizontal);
    resizeDocks({docks_[kDistribution], docks_[kPlan]}, {22 * line, 24 * line}, Qt::Vertical);
    resizeDocks({docks_[kRuns]}, {std::min(19 * line, height() / 3)}, Qt::Vertical);
}

bool Workspace::is_narrow() const {
    return width() < 180 * fontMetrics().averageCharWidth();
}

void Workspace::share_tab_if_narrow() {
    QDockWidget* runs = docks_[kRuns];
    QDockWidget* curves = docks_[kCurves];
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

void Workspace::resizeEvent(QResizeEvent* event) {
    QMainWindow::resizeEvent(event);
    if (sized_) share_tab_if_narrow();
}

void Workspace::showEvent(QShowEvent* event) {
    QMainWindow::showEvent(event);
    // Sizes only mean something once the window has one.
    if (!sized_) QTimer::singleShot(0, this, &Workspace::size_docks);
    sized_ = true;
}

QList<Exportable> Workspace::exportables() const {
    return {
        {tr("Heatmap"), QStringLiteral("heatmap"), [this] { return &heatmap_->plot(); },
         [this] { return heatmap_->copy_text(); }},
        {tr("Two measures"), {}, {}, [this] { return two_measures_->copy_text(); }},
        {tr("Scatter"), QStringLiteral("scatter"), [this] { return &scatter_->plot(); },
         [this] { return scatter_->copy_text(); }},
        {tr("Damage"), {}, {}, [this] { return damage_->copy_text(); }},
        {tr("Distribution"), QStringLiteral("distribution"),
         [this] { return &distribution_->plot(); }, [this] { return distribution_->copy_text(); }},
        {tr("Curves"), QStringLiteral("curves"), [this] { return &run_curves_->plot(); },
         [this] { return run_curves_->copy_text(); }},
        {tr("Merge plan"), {}, {}, [this] { return plan_->copy_text(); }},
        {tr("Pairs"), {}, {}, [this] { return pairs_->copy_text(); }},
        {tr("Runs"), {}, {}, [this] { return run_panel_->copy_text(); }}};
}

void Workspace::save_state(QSettings& settings) const {
    settings.setValue(QStringLiteral("window/docks"), saveState(kStateVersion));
    settings.setValue(QStringLiteral("window/view"), views_->currentIndex());
    heatmap_->save_state(settings);
    two_measures_->save_state(settings);
    scatter_->save_state(settings);
    layers_->save_state(settings);
    distribution_->save_state(settings);
    run_panel_->save_state(settings);
}

void Workspace::restore_state(const QSettings& settings) {
    const QByteArray docks = settings.value(QStringLiteral("window/docks")).toByteArray();
    sized_ = restoreState(docks, kStateVersion);
    shares_tab_ = tabifiedDockWidgets(docks_[kRuns]).contains(docks_[kCurves]);
    heatmap_->restore_state(settings);
    two_measures_->restore_state(settings);
    scatter_->restore_state(settings);
    views_->setCurrentIndex(settings.value(QStringLiteral("window/view")).toInt());
    layers_->restore_state(settings);
    distribution_->restore_state(settings);
    run_panel_->restore_state(settings);
}

}  // namespace headscope::ui
