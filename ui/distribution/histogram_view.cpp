#include "ui/distribution/histogram_view.h"

#include <QLocale>
#include <algorithm>
#include <cmath>
#include <utility>

#include <qcustomplot.h>

#include "ui/style/plot_style.h"

namespace headscope::ui {
namespace {

constexpr double kSmallestView = 0.005;  ///< of the similarity axis
constexpr double kLogFoot = 0.5;         ///< where a logarithmic axis begins: below one pair

/// Bars that are drawn on one side of the threshold only. Two of them show the same data, so that
/// moving the threshold changes no data, and splits the bin that it is in at the right place. Where
/// no one threshold tells what is selected, they are drawn in full, one before the other.
class HalfBars : public QCPBars {
  public:
    HalfBars(QCustomPlot& plot, const HistogramView& owner, bool left)
        : QCPBars(plot.xAxis, plot.yAxis), owner_(owner), left_(left) {
        setWidthType(QCPBars::wtPlotCoords);
        setPen(Qt::NoPen);
        setAntialiasedFill(false);  // neighbours touch without seams
        setAntialiased(false);
    }

  protected:
    [[nodiscard]] QRect clipRect() const override {
        QRect rect = QCPBars::clipRect();
        if (!owner_.splits_at_threshold()) return rect;
        const int line = static_cast<int>(std::lround(owner_.threshold_x()));
        if (left_) {
            rect.setRight(line - 1);
        } else {
            rect.setLeft(line);
        }
        return rect;
    }

  private:
    const HistogramView& owner_;
    bool left_;
};

/// Computes what it draws when it draws it, so that it always fits the layout.
class Overlay : public QCPLayerable {
  public:
    Overlay(QCustomPlot& plot, std::function<void(QPainter&)> paint)
        : QCPLayerable(&plot, QStringLiteral("overlay")), paint_(std::move(paint)) {}

  protected:
    void applyDefaultAntialiasingHint(QCPPainter* painter) const override {
        painter->setAntialiasing(true);
    }
    void draw(QCPPainter* painter) override { paint_(*painter); }

  private:
    std::function<void(QPainter&)> paint_;
};

}  // namespace

HistogramView::HistogramView(QCustomPlot& plot, std::function<double()> threshold)
    : QObject(&plot), plot_(plot), threshold_(std::move(threshold)) {
    plot.setNoAntialiasingOnDrag(false);
    plot.setInteractions(QCP::iRangeDrag | QCP::iRangeZoom);
    plot.axisRect()->setRangeDrag(Qt::Horizontal);
    plot.axisRect()->setRangeZoom(Qt::Horizontal);
    plot.xAxis->grid()->setVisible(false);
    connect(plot.xAxis, qOverload<const QCPRange&>(&QCPAxis::rangeChanged), this,
            &HistogramView::keep_in_range);
    below_ = new HalfBars(plot, *this, true);  // the plot owns them
    selected_ = new HalfBars(plot, *this, false);
    update_counts_axis();
}

void HistogramView::set_overlay(std::function<void(QPainter&)> paint) {
    new Overlay(plot_, std::move(paint));  // the plot owns it
}

void HistogramView::apply_style() {
    style_plot(plot_);
    const PlotColors colors = plot_colors(plot_.palette());
    below_->setBrush(colors.faint);
    selected_->setBrush(colors.merged);
    plot_.setLocale(QLocale());
    // A row for labels above the axes, and room beside them for half a tick label.
    const int row = QFontMetrics(plot_.font()).height();
    QCPAxisRect* rect = plot_.axisRect();
    rect->setAutoMargins(QCP::msLeft | QCP::msBottom | QCP::msRight);
    rect->setMargins(QMargins(0, row + row / 2, 0, 0));
    rect->setMinimumMargins(QMargins(0, 0, row, 0));
}

void HistogramView::set_histogram(Histogram histogram) {
    histogram_ = std::move(histogram);
    update_bars();
    update_counts_axis();
    reset_zoom();
}

void HistogramView::set_log_counts(bool on) {
    log_counts_ = on;
    update_counts_axis();
}

void HistogramView::set_selected(std::vector<std::int64_t> counts) {
    if (counts == selected_counts_) return;
    selected_counts_ = std::move(counts);
    update_bars();
}

void HistogramView::update_bars() {
    show_counts(*below_, histogram_.counts);
    show_counts(*selected_, splits_at_threshold() ? histogram_.counts : selected_counts_);
}

void HistogramView::show_counts(QCPBars& bars, const std::vector<std::int64_t>& counts) {
    QVector<double> centres;
    QVector<double> heights;
    for (std::size_t i = 0; i < std::min(counts.size(), histogram_.counts.size()); ++i) {
        if (counts[i] == 0) continue;  // has no logarithm
        centres.append((histogram_.edge(i) + histogram_.edge(i + 1)) / 2.0);
        heights.append(static_cast<double>(counts[i]));
    }
    bars.setWidth(histogram_.bin_width());
    bars.setData(centres, heights, true);
}

void HistogramView::update_counts_axis() {
    const double most = std::max(1.0, static_cast<double>(histogram_.highest_count()));
    QCPAxis* axis = plot_.yAxis;
    if (log_counts_) {
        axis->setScaleType(QCPAxis::stLogarithmic);
        axis->setTicker(QSharedPointer<QCPAxisTickerLog>::create());
        axis->setRange(kLogFoot, std::max(10.0, most * 1.5));
    } else {
        const auto whole = QSharedPointer<QCPAxisTickerFixed>::create();
        whole->setTickStep(1.0);
        whole->setScaleStrategy(QCPAxisTickerFixed::ssMultiples);
        axis->setScaleType(QCPAxis::stLinear);
        axis->setTicker(whole);
        axis->setRange(0.0, most * 1.05);
    }
    axis->setNumberFormat(QStringLiteral("f"));
    axis->setNumberPrecision(0);
}

void HistogramView::reset_zoom() {
    if (!histogram_.counts.empty()) plot_.xAxis->setRange(histogram_.low, histogram_.high);
}

void HistogramView::keep_in_range() {
    if (histogram_.counts.empty()) return;
    QCPRange range = plot_.xAxis->range();
    if (range.size() < kSmallestView) {
        range = QCPRange(range.center() - kSmallestView / 2, range.center() + kSmallestView / 2);
    }
    plot_.xAxis->setRange(range.bounded(histogram_.low, histogram_.high));
}

QRect HistogramView::axes_rect() const {
    return plot_.axisRect()->rect();
}

double HistogramView::view_low() const {
    return plot_.xAxis->range().lower;
}

double HistogramView::view_high() const {
    return plot_.xAxis->range().upper;
}

double HistogramView::x_of(double similarity) const {
    return plot_.xAxis->coordToPixel(similarity);
}

double HistogramView::similarity_at(double x) const {
    return plot_.xAxis->pixelToCoord(x);
}

double HistogramView::threshold_x() const {
    const QRect rect = axes_rect();
    return std::clamp(x_of(threshold_()), static_cast<double>(rect.left()),
                      static_cast<double>(rect.right() + 1));
}

}  // namespace headscope::ui
