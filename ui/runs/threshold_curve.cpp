#include "ui/runs/threshold_curve.h"

#include <QCoreApplication>
#include <algorithm>

#include "ui/runs/figure_curve.h"
#include "ui/style/legend.h"
#include "ui/style/plot_style.h"

namespace headscope::ui {
namespace {

struct Text {
    Q_DECLARE_TR_FUNCTIONS(headscope::ui::ThresholdCurve)
};

/// The estimate in the units of its axis.
Estimate figure_of(const SeriesPoint& point, bool accuracy, ThresholdCurve::Figure figure) {
    if (figure == ThresholdCurve::Figure::absolute) {
        return accuracy ? scaled(point.merged.accuracy, 0.0, 100.0) : point.merged.perplexity;
    }
    return accuracy ? scaled(point.change.accuracy_difference, 0.0, 100.0)
                    : scaled(point.change.perplexity_ratio, -1.0, 100.0);
}

}  // namespace

ThresholdCurve::ThresholdCurve(QCustomPlot& plot) : plot_(plot) {
    plot.yAxis2->setVisible(true);
    plot.yAxis2->grid()->setVisible(false);  // two grids would not be told apart
    plot.axisRect()->setRangeDragAxes({plot.xAxis, plot.yAxis, plot.yAxis2});
    plot.axisRect()->setRangeZoomAxes({plot.xAxis, plot.yAxis, plot.yAxis2});
    keep_legend_aside(plot, 2);
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
    std::vector<FigurePoint> points;
    for (const SeriesPoint& point : series.points) {
        points.push_back({point.threshold, figure_of(point, curve.accuracy, figure_)});
    }
    const QColor behind = plot_colors(plot_.palette()).background;
    add_figure_curve(
        plot_.xAxis, curve.axis, points,
        {curve.name, curve.color, curve.accuracy ? Qt::DashLine : Qt::SolidLine,
         curve.accuracy ? open_marks(curve.color, behind) : filled_marks(curve.color)});
}

void ThresholdCurve::draw_original(const Curve& curve, const RunSeries& series) {
    if (series.points.empty()) return;
    const Metrics& original = series.points.back().original;
    const double value =
        curve.accuracy ? original.accuracy.value * 100.0 : original.perplexity.value;
    add_original_line(plot_.xAxis, curve.axis, value, curve.color);
}

void ThresholdCurve::fit() {
    FigureRange thresholds;
    for (const bool accuracy : {false, true}) {
        FigureRange figures;
        if (figure_ == Figure::change) figures.include(0.0);
        for (const RunSeries& series : series_) {
            for (const SeriesPoint& point : series.points) {
                thresholds.include(point.threshold);
                figures.include(figure_of(point, accuracy, figure_));
                if (figure_ == Figure::change) continue;
                figures.include(accuracy ? point.original.accuracy.value * 100.0
                                         : point.original.perplexity.value);
            }
        }
        if (!figures.empty()) {
            (accuracy ? plot_.yAxis2 : plot_.yAxis)->setRange(figures.widened(1e-4));
        }
    }
    if (thresholds.empty()) return;
    const bool several = thresholds.low() < thresholds.high();
    plot_.xAxis->setRange(thresholds.widened(several ? 0.0 : 0.005));
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
