#include "ui/measures/pair_scatter.h"

#include <QEvent>
#include <QMouseEvent>
#include <QToolTip>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <utility>

#include <qcustomplot.h>

#include "ui/measures/dot_graph.h"
#include "ui/style/follow_style.h"
#include "ui/style/plot_style.h"

namespace headscope::ui {
namespace {

constexpr double kReach = 6.0;  // pixels around a point that count as on it

QCPRange widened(double low, double high) {
    const double margin = std::max((high - low) * 0.05, 1e-6);
    return {low - margin, high + margin};
}

}  // namespace

PairScatter::PairScatter(QWidget* parent) : QWidget(parent), plot_(new QCustomPlot(this)) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(plot_);
    plot_->setInteractions(QCP::iRangeDrag | QCP::iRangeZoom);
    plot_->setMinimumSize(200, 160);
    plot_->installEventFilter(this);
    others_ = new DotGraph(plot_->xAxis, plot_->yAxis);
    selected_ = new DotGraph(plot_->xAxis, plot_->yAxis);
    marked_ = plot_->addGraph();
    marked_->setLineStyle(QCPGraph::lsNone);
    others_->setName(tr("Pairs"));
    selected_->setName(tr("Merged by the present plan"));
    marked_->setName(tr("The pinned pair"));
    marked_->removeFromLegend();
    plot_->plotLayout()->addElement(1, 0, plot_->legend);
    plot_->plotLayout()->setRowStretchFactor(1, 0.001);
    plot_->legend->setFillOrder(QCPLayoutGrid::foColumnsFirst);
    plot_->legend->setWrap(2);
    plot_->legend->setVisible(true);
    restyle();
    follow_style(*plot_, [this] { restyle(); });
}

std::vector<ScatterPoint> PairScatter::thinned(std::vector<ScatterPoint> points) {
    if (points.size() <= kMostPoints) return points;
    std::vector<ScatterPoint> kept;
    kept.reserve(kMostPoints);
    for (std::size_t i = 0; i < kMostPoints; ++i)
        kept.push_back(points[i * points.size() / kMostPoints]);
    return kept;
}

void PairScatter::show(std::vector<ScatterPoint> points, const QString& x_title,
                       const QString& y_title) {
    points_ = std::move(points);
    QVector<QCPGraphData> others;
    QVector<QCPGraphData> selected;
    for (const ScatterPoint& point : points_)
        (point.selected ? selected : others).append({point.x, point.y});
    others_->data()->set(others);
    selected_->data()->set(selected);
    // The view stays where only colours changed.
    const bool other = plot_->xAxis->label() != x_title || plot_->yAxis->label() != y_title ||
                       drawn_ != points_.size();
    drawn_ = points_.size();
    plot_->xAxis->setLabel(x_title);
    plot_->yAxis->setLabel(y_title);
    if (other) fit();
    plot_->replot(QCustomPlot::rpQueuedReplot);
}

void PairScatter::mark(std::optional<ScatterPoint> point) {
    marked_->data()->clear();
    if (point) marked_->addData(point->x, point->y);
    plot_->replot(QCustomPlot::rpQueuedReplot);
}

std::optional<ScatterPoint> PairScatter::point_at(const QPointF& position) const {
    std::optional<ScatterPoint> nearest;
    double best = kReach * kReach;
    for (const ScatterPoint& point : points_) {
        const double dx = plot_->xAxis->coordToPixel(point.x) - position.x();
        const double dy = plot_->yAxis->coordToPixel(point.y) - position.y();
        const double distance = dx * dx + dy * dy;
        if (distance > best) continue;
        best = distance;
        nearest = point;
    }
    return nearest;
}

void PairScatter::fit() {
    if (points_.empty()) return;
    const auto [x_low, x_high] = std::minmax_element(
        points_.begin(), points_.end(), [](const auto& a, const auto& b) { return a.x < b.x; });
    const auto [y_low, y_high] = std::minmax_element(
        points_.begin(), points_.end(), [](const auto& a, const auto& b) { return a.y < b.y; });
    plot_->xAxis->setRange(widened(x_low->x, x_high->x));
    plot_->yAxis->setRange(widened(y_low->y, y_high->y));
}

void PairScatter::restyle() {
    style_plot(*plot_);
    plot_->legend->setBorderPen(Qt::NoPen);
    const PlotColors colors = plot_colors(plot_->palette());
    QColor faint = colors.original;
    faint.setAlphaF(0.45F);
    others_->setScatterStyle({QCPScatterStyle::ssDisc, faint, 4});
    selected_->setScatterStyle({QCPScatterStyle::ssSquare, colors.merged, colors.merged, 5});
    marked_->setScatterStyle({QCPScatterStyle::ssCrossCircle, colors.threshold, 12});
    plot_->replot(QCustomPlot::rpQueuedReplot);
}

bool PairScatter::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        if (const auto point = point_at(help->pos())) {
            QToolTip::showText(help->globalPos(), tr("Layer %1, heads %2 and %3: %4; %5")
                                                      .arg(point->layer)
                                                      .arg(point->first)
                                                      .arg(point->second)
                                                      .arg(QLocale().toString(point->x, 'g', 4),
                                                           QLocale().toString(point->y, 'g', 4)));
            return true;
        }
    }
    if (event->type() == QEvent::MouseButtonDblClick) {
        fit();
        plot_->replot(QCustomPlot::rpQueuedReplot);
    }
    if (event->type() == QEvent::MouseButtonPress) {
        const auto* press = static_cast<QMouseEvent*>(event);
        const auto point = point_at(press->position());
        if (press->button() == Qt::LeftButton && point)
            Q_EMIT chosen(point->layer, point->first, point->second);
    }
    return QWidget::eventFilter(watched, event);
}

}  // namespace headscope::ui
