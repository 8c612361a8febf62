#include "ui/runs/threshold_curve.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>
#include <limits>

#include <qcustomplot.h>

#include "ui/style/plot_style.h"

namespace headscope::ui {
namespace {

struct Text {
    Q_DECLARE_TR_FUNCTIONS(headscope::ui::ThresholdCurve)
};

Estimate map(const Estimate& estimate, double offset, double factor) {
    return {(estimate.value + offset) * factor, (estimate.low + offset) * factor,
            (estimate.high + offset) * factor};
}

/// The estimate in the units of its axis.
Estimate figure_of(const SeriesPoint& point, bool accuracy, ThresholdCurve::Figure figure) {
    if (figure == ThresholdCurve::Figure::absolute) {
        return accuracy ? map(point.merged.accuracy, 0.0, 100.0) : point.merged.perplexity;
    }
    return accuracy ? map(point.change.accuracy_difference, 0.0, 100.0)
                    : map(point.change.perplexity_ratio, -1.0, 100.0);
}

double error(double bound, double value) {
    return std::isfinite(bound) ? std::abs(bound - value) : 0.0;
}

/// Room around the data; some also where all values are equal.
QCPRange widened(double low, double high, double least) {
    const double margin = std::max((high - low) * 0.1, least);
    return {low - margin, high + margin};
}

}  // namespace

ThresholdCurve::ThresholdCurve(QCustomPlot& plot) : plot_(plot) {
    plot.yAxis2->setVisible(true);
    plot.yAxis2->grid()->setVisible(false);  // two grids would not be told apart
    plot.axisRect()->setRangeDragAxes({plot.xAxis, plot.yAxis, plot.yAxis2});
    plot.axisRect()->setRangeZoomAxes({plot.xAxis, plot.yAxis, plot.yAxis2});
    // Below the axes, where it hides no point.
    plot.plotLayout()->addElement(1, 0, plot.legend);
    plot.plotLayout()->setRowStretchFactor(1, 0.001);
    plot.legend->setFillOrder(QCPLayoutGrid::foColumnsFirst);
    plot.legend->setWrap(2);
    // Thresholds have many digits: fewer of them where there is little room. The axis rect is laid
    // out only after this signal, so the widget's width has to do.
    QObject::connect(&plot, &QCustomPlot::beforeReplot, &plot, [&plot] {
        constexpr int kPixelsPerTick = 100;
        plot.xAxis->ticker()->setTickCount(std::clamp(plot.width() / kPixelsPerTick - 1, 2, 6));
    });
}

void ThresholdCurve::show(std::vector<RunSeries> series, Figure figure) {
    series_ = std::move(series);
    figure_ = figure;
    draw();
    fit();
}

void ThresholdCurve::restyle() {
    style_plot(plot_);
    plot_.legend->setBorderPen(Qt::NoPen);
    draw();
}

void ThresholdCurve::draw() {
    plot_.clearPlottables();
    plot_.clearItems();
    for (std::size_t i = 0; i < series_.size(); ++i) {
        draw_series(series_[i], static_cast<int>(i));
    }

    plot_.legend->setVisible(!series_.empty());
    name_axes();
}

void ThresholdCurve::draw_series(const RunSeries& series, int index) {
    // A lone series has a colour for each axis; of several, each has one, and the shape tells which
    // axis a curve belongs to.
    const bool alone = series_.size() == 1;
    const auto name = [&](const QString& figure) {
        return alone || series.name.isEmpty()
                   ? figure
                   : Text::tr("%1: %2", "Perplexity: its settings").arg(figure, series.name);
    };
    const QPalette& palette = plot_.palette();
    const Curve perplexity{plot_.yAxis, name(Text::tr("Perplexity")),
                           series_color(alone ? 0 : index, palette), false};
    const Curve accuracy{plot_.yAxis2, name(Text::tr("Accuracy")),
                         series_color(alone ? 1 : index, palette), true};
    draw_curve(perplexity, series);
    draw_curve(accuracy, series);
    if (figure_ == Figure::change) return;
    draw_original(perplexity, series);
    draw_original(accuracy, series);
}

void ThresholdCurve::draw_curve(const Curve& curve, const RunSeries& series) {
    QVector<double> keys;
    QVector<double> values;
    QVector<double> below;
    QVector<double> above;
    for (const SeriesPoint& point : series.points) {
        const Estimate figure = figure_of(point, curve.accuracy, figure_);
        keys << point.threshold;
        values << figure.value;
        below << error(figure.low, figure.value);
        above << error(figure.high, figure.value);
    }
    QCPGraph* graph = plot_.addGraph(plot_.xAxis, curve.axis);
    graph->setName(curve.name);
    graph->setPen(QPen(curve.color, 1.8, curve.accuracy ? Qt::DashLine : Qt::SolidLine));
    graph->setData(keys, values, true);
    const QPen edge(curve.color, 1.4);
    graph->setScatterStyle(curve.accuracy
                               ? QCPScatterStyle(QCPScatterStyle::ssDiamond, edge,
                                                 plot_colors(plot_.palette()).background, 9)
                               : QCPScatterStyle(QCPScatterStyle::ssCircle, edge, curve.color, 7));

    auto* bars = new QCPErrorBars(plot_.xAxis, curve.axis);
    bars->removeFromLegend();
    bars->setDataPlottable(graph);
    bars->setData(below, above);
    bars->setPen(QPen(curve.color, 1.0));
    bars->setSymbolGap(curve.accuracy ? 9 : 7);
}

void ThresholdCurve::draw_original(const Curve& curve, const RunSeries& series) {
    if (series.points.empty()) return;
    const Metrics& original = series.points.back().original;
    const double value =
        curve.accuracy ? original.accuracy.value * 100.0 : original.perplexity.value;
    auto* line = new QCPItemStraightLine(&plot_);
    for (QCPItemPosition* position : {line->point1, line->point2}) {
        position->setAxes(plot_.xAxis, curve.axis);
    }
    line->point1->setCoords(0.0, value);
    line->point2->setCoords(1.0, value);
    line->setPen(QPen(curve.color, 1.2, Qt::DotLine));
}

void ThresholdCurve::fit() {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    double left = kInfinity;
    double right = -kInfinity;
    for (const bool accuracy : {false, true}) {
        double low = figure_ == Figure::change ? 0.0 : kInfinity;
        double high = figure_ == Figure::change ? 0.0 : -kInfinity;
        const auto include = [&](double value) {
            if (!std::isfinite(value)) return;
            low = std::min(low, value);
            high = std::max(high, value);
        };
        for (const RunSeries& series : series_) {
            for (const SeriesPoint& point : series.points) {
                left = std::min(left, point.threshold);
                right = std::max(right, point.threshold);
                const Estimate figure = figure_of(point, accuracy, figure_);
                include(figure.value);
                include(figure.low);
                include(figure.high);
                if (figure_ == Figure::absolute) {
                    include(accuracy ? point.original.accuracy.value * 100.0
                                     : point.original.perplexity.value);
                }
            }
        }
        if (low <= high) {
            (accuracy ? plot_.yAxis2 : plot_.yAxis)->setRange(widened(low, high, 1e-4));
        }
    }
    if (left <= right) plot_.xAxis->setRange(widened(left, right, left < right ? 0.0 : 0.005));
}

void ThresholdCurve::name_axes() {
    const bool change = figure_ == Figure::change;
    plot_.xAxis->setLabel(Text::tr("Threshold"));
    plot_.yAxis->setLabel(change ? Text::tr("Perplexity, %")
                                 : Text::tr("Perplexity (dotted: original)"));
    plot_.yAxis2->setLabel(change ? Text::tr("Accuracy, points")
                                  : Text::tr("Accuracy, % (dotted: original)"));
}

}  // namespace headscope::ui
