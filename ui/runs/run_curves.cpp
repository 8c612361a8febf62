#include "ui/runs/run_curves.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QTabWidget>
#include <QVBoxLayout>
#include <algorithm>

#include <qcustomplot.h>

#include "ui/panel/panel.h"
#include "ui/runs/run_tables.h"
#include "ui/runs/threshold_curve.h"
#include "ui/runs/training_curve.h"
#include "ui/runs/windows_curve.h"
#include "ui/style/follow_style.h"
#include "ui/style/plot_copy.h"

namespace headscope::ui {
namespace {

constexpr int kRefreshMilliseconds = 50;
constexpr int kTrainingTab = 2;

/// Dragging and zooming; a double click shows everything again.
template <typename Fit, typename Moved>
void make_interactive(QCustomPlot& plot, QObject& owner, Fit fit, Moved moved) {
    plot.setInteractions(QCP::iRangeDrag | QCP::iRangeZoom);
    QObject::connect(&plot, &QCustomPlot::mouseWheel, &owner, moved);
    QObject::connect(&plot, &QCustomPlot::mouseMove, &owner, [moved](const QMouseEvent* event) {
        if (event->buttons().testFlag(Qt::LeftButton)) moved();
    });
    QObject::connect(&plot, &QCustomPlot::mouseDoubleClick, &owner, [&plot, fit] {
        fit();
        plot.replot(QCustomPlot::rpQueuedReplot);
    });
}

/// Fewer figures beside a low plot, where they would cover each other. The axis rect is laid out
/// only after this signal, so what is below it is estimated.
void fit_figures_to_height(QCustomPlot& plot) {
    QObject::connect(&plot, &QCustomPlot::beforeReplot, &plot, [&plot] {
        constexpr int kLinesBelow = 5;  // figures and title of the axis below, and the legend
        const int line = plot.fontMetrics().height();
        const int count = std::clamp((plot.height() - kLinesBelow * line) / (2 * line), 2, 5);
        for (const QCPAxis* axis : {plot.yAxis, plot.yAxis2})
            axis->ticker()->setTickCount(count);
    });
}

/// Runs of one sweep began together.
bool evaluated_together(const Run& a, const Run& b) {
    if (a.id == b.id) return true;
    return !a.curve.empty() && a.result && b.result && a.result->manifest && b.result->manifest &&
           a.result->manifest->started == b.result->manifest->started;
}

}  // namespace

RunCurves::RunCurves(RunStore& store, QWidget* parent)
    : QWidget(parent),
      store_(store),
      windows_plot_(new QCustomPlot),
      threshold_plot_(new QCustomPlot),
      training_plot_(new QCustomPlot),
      windows_curve_(std::make_unique<WindowsCurve>(*windows_plot_)),
      threshold_curve_(std::make_unique<ThresholdCurve>(*threshold_plot_)),
      training_curve_(std::make_unique<TrainingCurve>(*training_plot_)),
      tabs_(new QTabWidget) {
    tabs_->setDocumentMode(true);
    windows_page_ = add_page(*windows_plot_);
    threshold_page_ = add_page(*threshold_plot_);
    windows_page_.figure->setObjectName(QStringLiteral("windows_figure"));
    threshold_page_.figure->setObjectName(QStringLiteral("threshold_figure"));
    training_plot_->setMinimumSize(200, 9 * training_plot_->fontMetrics().height());
    fit_figures_to_height(*training_plot_);
    tabs_->addTab(training_plot_, QString());
    tabs_->setTabVisible(kTrainingTab, false);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(tabs_);
    add_copy_action(*this, *windows_plot_, [this] { return copy_text(); });
    add_copy_action(*this, *threshold_plot_, [this] { return copy_text(); });
    add_copy_action(*this, *training_plot_, [this] { return copy_text(); });
    make_interactive(
        *windows_plot_, *this, [this] { windows_curve_->fit(); },
        [this] { windows_curve_->set_follows(false); });
    make_interactive(
        *threshold_plot_, *this, [this] { threshold_curve_->fit(); }, [] {});
    make_interactive(
        *training_plot_, *this, [this] { training_curve_->fit(); }, [] {});
    set_texts();
    restyle();
    for (QCustomPlot* plot : {windows_plot_, threshold_plot_, training_plot_})
        follow_style(*plot, [this] { restyle(); });

    refresh_timer_.setSingleShot(true);
    refresh_timer_.setInterval(kRefreshMilliseconds);
    connect(&refresh_timer_, &QTimer::timeout, this, &RunCurves::refresh);
    connect(tabs_, &QTabWidget::currentChanged, this, &RunCurves::refresh);
    for (const QComboBox* box : {windows_page_.figure, threshold_page_.figure}) {
        connect(box, &QComboBox::currentIndexChanged, this, &RunCurves::mark_dirty);
    }
    connect(&store, &RunStore::added, this, &RunCurves::mark_dirty);
    connect(&store, &RunStore::removed, this, &RunCurves::mark_dirty);
    connect(&store, &RunStore::changed, this, [this](int row) {
        // A run without figures is in no plot.
        if (store_.at(row).merged || !store_.at(row).training.empty()) mark_dirty();
    });
}

RunCurves::~RunCurves() = default;

RunCurves::Page RunCurves::add_page(QCustomPlot& plot) {
    Page page{new QWidget, new QComboBox, new QLabel, new QLabel};
    page.figure_label->setBuddy(page.figure);
    auto* row = new QHBoxLayout;
    row->setContentsMargins(6, 6, 6, 0);
    row->addWidget(page.figure_label);
    row->addWidget(page.figure);
    row->addStretch();
    page.message->setAlignment(Qt::AlignCenter);
    page.message->setWordWrap(true);
    page.message->setForegroundRole(QPalette::PlaceholderText);
    page.message->setMargin(16);
    auto* layout = new QVBoxLayout(page.widget);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addLayout(row);
    layout->addWidget(page.message, 1);
    layout->addWidget(&plot, 1);
    plot.setMinimumSize(200, 9 * plot.fontMetrics().height());
    fit_figures_to_height(plot);
    tabs_->addTab(page.widget, QString());
    return page;
}

void RunCurves::set_page_texts(const Page& page, const QStringList& figures) {
    page.figure_label->setText(tr("&Show:"));
    if (page.figure->count() == 0) page.figure->addItems(figures);
    for (int i = 0; i < figures.size(); ++i)
        page.figure->setItemText(i, figures[i]);
}

void RunCurves::set_texts() {
    tabs_->setTabText(0, tr("By windows"));
    tabs_->setTabToolTip(0,
                         tr("How the figures of the selected runs settle as windows are scored"));
    tabs_->setTabText(1, tr("By threshold"));
    tabs_->setTabToolTip(1,
                         tr("What merging costs at each threshold, for finished and running runs"));
    tabs_->setTabText(kTrainingTab, tr("Training"));
    tabs_->setTabToolTip(kTrainingTab,
                         tr("How close refitted weights come to the original while they are "
                            "trained; the open mark is what was taken"));
    training_plot_->setAccessibleName(tr("KL divergence against steps of training"));
    set_page_texts(windows_page_, {tr("Change of perplexity"), tr("Perplexity")});
    set_page_texts(threshold_page_, {tr("Change against the original"), tr("Absolute figures")});
    threshold_page_.message->setText(tr("Runs appear here, ordered by threshold."));
    const QString tip =
        tr("Bands and bars are 95\u00a0% intervals. Drag to move, turn the wheel to "
           "zoom, double-click to show everything.");
    windows_plot_->setToolTip(tip);
    threshold_plot_->setToolTip(tip);
    windows_plot_->setAccessibleName(tr("Perplexity against windows done"));
    threshold_plot_->setAccessibleName(tr("Perplexity and accuracy against threshold"));
    mark_dirty();
}

void RunCurves::restyle() {
    windows_curve_->restyle();
    threshold_curve_->restyle();
    training_curve_->restyle();
    refresh_training();
    windows_plot_->replot(QCustomPlot::rpQueuedReplot);
    threshold_plot_->replot(QCustomPlot::rpQueuedReplot);
}

void RunCurves::show_runs(const QList<int>& ids) {
    selected_ = ids;
    mark_dirty();
}

QCustomPlot& RunCurves::plot() {
    if (windows_dirty_) refresh_windows();
    if (thresholds_dirty_) refresh_thresholds();
    if (tabs_->currentIndex() == kTrainingTab) return *training_plot_;
    return tabs_->currentIndex() == 0 ? *windows_plot_ : *threshold_plot_;
}

void RunCurves::mark_dirty() {
    windows_dirty_ = thresholds_dirty_ = true;
    if (!refresh_timer_.isActive() && isVisible()) refresh_timer_.start();
}

void RunCurves::refresh() {
    if (!isVisible()) return;  // showEvent comes back to it
    if (tabs_->currentIndex() == 0 && windows_dirty_) refresh_windows();
    if (tabs_->currentIndex() == 1 && thresholds_dirty_) refresh_thresholds();
    refresh_training();
}

std::vector<const Run*> RunCurves::shown_runs() const {
    std::vector<const Run*> runs;
    for (const int id : selected_) {
        if (const Run* run = store_.find(id)) runs.push_back(run);
    }
    if (!runs.empty()) return runs;
    const Run* latest = nullptr;
    for (int row = 0; row < store_.count(); ++row) {
        const Run& run = store_.at(row);
        if (run.state == RunState::running) runs.push_back(&run);
        if (!run.curve.empty() || !run.training.empty()) latest = &run;
    }
    if (!runs.empty() || latest == nullptr) return runs;
    for (int row = 0; row < store_.count(); ++row) {
        if (evaluated_together(store_.at(row), *latest)) runs.push_back(&store_.at(row));
    }
    return runs;
}

void RunCurves::refresh_windows() {
    windows_dirty_ = false;
    std::vector<const Run*> runs = shown_runs();
    const bool any = !runs.empty();
    const bool active = std::ranges::any_of(runs, [](const Run* run) { return run->active(); });
    std::erase_if(runs, [](const Run* run) { return run->curve.empty(); });
    windows_page_.message->setText(
        !any     ? tr("Curves of runs appear here while they are evaluated.")
        : active ? tr("No windows are done yet.")
                 : tr("These runs have no curves: files do not hold them, and a run that ended "
                      "early may have none."));
    windows_page_.message->setVisible(runs.empty());
    windows_plot_->setVisible(!runs.empty());
    windows_curve_->show(runs, windows_page_.figure->currentIndex() == 0
                                   ? WindowsCurve::Figure::change
                                   : WindowsCurve::Figure::perplexity);
    windows_plot_->replot(QCustomPlot::rpQueuedReplot);
}

void RunCurves::refresh_thresholds() {
    thresholds_dirty_ = false;
    std::vector<RunSeries> series = series_of(store_);
    threshold_page_.message->setVisible(series.empty());
    threshold_plot_->setVisible(!series.empty());
    threshold_curve_->show(std::move(series), threshold_page_.figure->currentIndex() == 0
                                                  ? ThresholdCurve::Figure::change
                                                  : ThresholdCurve::Figure::absolute);
    threshold_plot_->replot(QCustomPlot::rpQueuedReplot);
}

void RunCurves::refresh_training() {
    const auto trained = [](const Run* run) { return !run->training.empty(); };
    const std::vector<const Run*> runs = shown_runs();
    tabs_->setTabVisible(kTrainingTab, std::ranges::any_of(runs, trained));
    training_curve_->show(runs);
    training_plot_->replot(QCustomPlot::rpQueuedReplot);
}

QString RunCurves::copy_text() const {
    if (tabs_->currentIndex() == kTrainingTab) return training_as_tsv(shown_runs());
    return tabs_->currentIndex() == 0 ? curves_as_tsv(shown_runs())
                                      : series_as_tsv(series_of(store_));
}

void RunCurves::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    refresh();
}

Panel make_curves_panel(const PanelServices& services) {
    auto* panel = new RunCurves(services.runs);
    Panel made{QStringLiteral("curves"), RunCurves::tr("Curves"), PanelArea::bottom, panel};
    made.plot = [panel] { return &panel->plot(); };
    made.table = [panel] { return panel->copy_text(); };
    return made;
}

}  // namespace headscope::ui
