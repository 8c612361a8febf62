#include "ui/distribution/distribution_plot.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include <qcustomplot.h>

#include "ui/distribution/choose_by.h"
#include "ui/distribution/distribution_marks.h"
#include "ui/distribution/histogram_view.h"
#include "ui/distribution/slider_scale.h"
#include "ui/distribution/undo_gesture.h"
#include "ui/session/session.h"
#include "ui/style/follow_style.h"
#include "ui/style/plan_text.h"
#include "ui/style/plot_style.h"
#include "ui/style/text.h"

namespace headscope::ui {
namespace {

constexpr double kGrab = 8.0;  ///< pixels to either side of the line

}  // namespace

DistributionPlot::DistributionPlot(Session& session, QWidget* parent)
    : QWidget(parent), session_(session), gesture_(new UndoGesture(session, this)) {
    make_plot();
    make_actions();
    connect_mouse();
    view_->apply_style();
    follow_style(*plot_, [this] {
        view_->apply_style();
        replot_soon();
    });
    set_texts();
    connect(&session, &Session::similarities_changed, this, [this] {
        stale_ = true;
        if (isVisible()) update_bars();
    });
    connect(&session, &Session::plan_changed, this, [this] {
        if (isVisible()) update_bars();
    });
}

DistributionPlot::~DistributionPlot() = default;

void DistributionPlot::make_plot() {
    plot_ = new QCustomPlot(this);
    plot_->setObjectName(QStringLiteral("distribution_plot"));
    plot_->setFocusPolicy(Qt::StrongFocus);
    plot_->installEventFilter(this);
    setFocusProxy(plot_);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(plot_);

    view_ = new HistogramView(*plot_, [this] { return session_.threshold(); });
    view_->set_overlay([this](QPainter& painter) {
        if (!has_line()) return;
        painter.setFont(plot_->font());
        draw_marks(painter, marks(), view_->axes_rect(), plot_->viewport());
    });
}

void DistributionPlot::make_actions() {
    log_action_ = new QAction(this);
    log_action_->setCheckable(true);
    log_action_->setChecked(true);
    connect(log_action_, &QAction::toggled, this, [this](bool on) {
        view_->set_log_counts(on);
        replot_soon();
    });
    reset_action_ = new QAction(this);
    connect(reset_action_, &QAction::triggered, this, &DistributionPlot::reset_zoom);
    copy_action_ = new QAction(this);
    connect(copy_action_, &QAction::triggered, this,
            [this] { QApplication::clipboard()->setText(copy_text()); });
    plot_->setContextMenuPolicy(Qt::ActionsContextMenu);
    plot_->addActions({log_action_, reset_action_, copy_action_});
}

void DistributionPlot::connect_mouse() {
    connect(plot_, &QCustomPlot::mousePress, this, [this](QMouseEvent* event) { press(*event); });
    connect(plot_, &QCustomPlot::mouseMove, this, [this](QMouseEvent* event) { move(*event); });
    connect(plot_, &QCustomPlot::mouseRelease, this, &DistributionPlot::release);
    connect(plot_, &QCustomPlot::mouseDoubleClick, this, &DistributionPlot::reset_zoom);
}

QSize DistributionPlot::sizeHint() const {
    return {fontMetrics().averageCharWidth() * 70, fontMetrics().height() * 8};
}

QSize DistributionPlot::minimumSizeHint() const {
    return {fontMetrics().averageCharWidth() * 30, fontMetrics().height() * 8};
}

const Histogram& DistributionPlot::histogram() const {
    return view_->histogram();
}

double DistributionPlot::line_x() const {
    return view_->threshold_x();
}

bool DistributionPlot::log_counts() const {
    return log_action_->isChecked();
}

void DistributionPlot::set_log_counts(bool on) {
    log_action_->setChecked(on);
}

void DistributionPlot::set_texts() {
    plot_->xAxis->setLabel(tr("Similarity"));
    plot_->yAxis->setLabel(tr("Pairs"));
    log_action_->setText(tr("&Logarithmic counts"));
    reset_action_->setText(tr("Show &all similarities"));
    copy_action_->setText(tr("&Copy the counts"));
    plot_->setAccessibleName(tr("Distribution of similarities"));
    plot_->setAccessibleDescription(
        tr("How many pairs of heads are how similar. Left and Right move the threshold."));
}

void DistributionPlot::update_bars() {
    const auto& model = session_.model();
    plot_->xAxis->setLabel(model != nullptr
                               ? tr("Similarity (%1)").arg(qstring(name_of(model->measure)))
                               : tr("Similarity"));
    if (stale_) view_->set_histogram(make_histogram(session_.similarities()));
    stale_ = false;
    update_selected();
    replot_soon();
}

/// With one threshold the plot itself tells what is selected.
void DistributionPlot::update_selected() {
    if (!session_.per_layer() || session_.model() == nullptr) return view_->set_selected({});
    std::vector<double> selected;
    for (int layer = 0; layer < session_.model()->layers(); ++layer) {
        if (!session_.included(layer)) continue;
        for (const HeadPair& pair : session_.layer_plan(layer).pairs)
            selected.push_back(pair.similarity);
    }
    view_->set_selected(counts_in_bins(histogram(), selected));
}

void DistributionPlot::refresh() {
    update_bars();
    plot_->replot();
}

void DistributionPlot::replot_soon() {
    if (isVisible()) plot_->replot(QCustomPlot::rpQueuedReplot);
}

void DistributionPlot::reset_zoom() {
    view_->reset_zoom();
    replot_soon();
}

bool DistributionPlot::has_line() const {
    return session_.model() != nullptr && !histogram().counts.empty();
}

DistributionMarks DistributionPlot::marks() const {
    const PlotColors colors = plot_colors(palette());
    const double threshold = session_.threshold();
    DistributionMarks marks;
    marks.threshold_x = view_->threshold_x();
    if (threshold < view_->view_low()) marks.beyond = DistributionMarks::Beyond::left;
    if (threshold > view_->view_high()) marks.beyond = DistributionMarks::Beyond::right;
    // Below the lowest nothing is merged; above it each layer has its own threshold.
    const QString from = session_.per_layer()
                             ? tr("%1 from %2", "\"per layer\", and the lowest of the thresholds")
                                   .arg(per_layer_text(), threshold_text(threshold))
                             : threshold_text(threshold);
    marks.label = tr("%1, %n pair(s)", "a threshold and what it selects",
                     static_cast<int>(session_.summary().pairs))
                      .arg(from);
    if (const auto highest = session_.highest_similarity()) {
        if (*highest >= view_->view_low() && *highest <= view_->view_high()) {
            marks.highest_x = view_->x_of(*highest);
        }
        marks.highest_label = tr("\u25b2 Highest %1").arg(similarity_text(*highest));
    }
    marks.line = colors.threshold;
    marks.text = colors.text;
    marks.strong = under_mouse_ || gesture_->active() || plot_->hasFocus();
    return marks;
}

bool DistributionPlot::near_line(const QMouseEvent& event) const {
    const QPointF at = event.position();
    const QRect rect = view_->axes_rect();
    return has_line() && at.y() <= rect.bottom() &&
           std::abs(at.x() - view_->threshold_x()) <= kGrab;
}

void DistributionPlot::press(const QMouseEvent& event) {
    const bool grabbed = event.button() == Qt::LeftButton && near_line(event);
    // The plot would move its view with the same drag.
    plot_->setInteraction(QCP::iRangeDrag, !grabbed);
    if (!grabbed) return;
    grabbed_at_ = event.position().x() - view_->threshold_x();
    gesture_->start();
    set_strong(true);
}

void DistributionPlot::move(const QMouseEvent& event) {
    if (!gesture_->active()) {
        if (event.buttons() == Qt::NoButton) set_strong(near_line(event));
        return;
    }
    const double wanted = view_->similarity_at(event.position().x() - grabbed_at_);
    choose(rounded_threshold(std::clamp(wanted, view_->view_low(), view_->view_high())));
}

void DistributionPlot::release() {
    gesture_->finish();
    plot_->setInteraction(QCP::iRangeDrag, true);
}

bool DistributionPlot::press_key(int key, bool large_step) {
    if ((key != Qt::Key_Left && key != Qt::Key_Right) || !has_line()) return false;
    const double step = large_step ? 0.01 : 0.001;
    choose(rounded_threshold(session_.threshold() + (key == Qt::Key_Right ? step : -step)));
    return true;
}

void DistributionPlot::choose(double threshold) {
    const Choices& now = session_.choices();
    if (now.select_by == SelectBy::threshold && now.threshold == threshold) return;
    gesture_->before_change(tr("Change threshold"));
    session_.choose_threshold(threshold);
}

void DistributionPlot::set_strong(bool strong) {
    if (strong == under_mouse_) return;
    under_mouse_ = strong;
    plot_->setCursor(strong ? Qt::SplitHCursor : Qt::ArrowCursor);
    replot_soon();
}

bool DistributionPlot::eventFilter(QObject* watched, QEvent* event) {
    switch (event->type()) {
        case QEvent::KeyPress: {
            const auto* key = static_cast<QKeyEvent*>(event);
            if (press_key(key->key(), key->modifiers() & Qt::ShiftModifier)) return true;
            break;
        }
        case QEvent::Leave:
            set_strong(false);
            break;
        case QEvent::FocusIn:
        case QEvent::FocusOut:
            replot_soon();
            break;
        default:
            break;
    }
    return QWidget::eventFilter(watched, event);
}

void DistributionPlot::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    update_bars();
}

void DistributionPlot::hideEvent(QHideEvent* event) {
    QWidget::hideEvent(event);
    release();
}

QString DistributionPlot::copy_text() const {
    // May be asked for while hidden, when the bars are not up to date.
    const Histogram histogram = make_histogram(session_.similarities());
    QString text = QStringLiteral("from\tto\tpairs\n");
    for (std::size_t i = 0; i < histogram.counts.size(); ++i) {
        text += QStringLiteral("%1\t%2\t%3\n")
                    .arg(histogram.edge(i), 0, 'g', 10)
                    .arg(histogram.edge(i + 1), 0, 'g', 10)
                    .arg(histogram.counts[i]);
    }
    return text;
}

}  // namespace headscope::ui
