#include "ui/runs/figure_curve.h"

#include <algorithm>
#include <cmath>

namespace headscope::ui {
namespace {

/// NaN, of which no whisker is drawn, where the bound is not known.
double reach(double bound, double value) {
    return std::isfinite(bound) ? std::abs(bound - value)
                                : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

QCPScatterStyle filled_marks(const QColor& color) {
    return {QCPScatterStyle::ssCircle, QPen(color, 1.4), color, 7};
}

QCPScatterStyle open_marks(const QColor& color, const QColor& behind) {
    return {QCPScatterStyle::ssDiamond, QPen(color, 1.4), behind, 9};
}

QCPGraph* add_figure_curve(QCPAxis* thresholds, QCPAxis* figures,
                           const std::vector<FigurePoint>& points, const CurveLook& look) {
    QVector<double> keys;
    QVector<double> values;
    QVector<double> below;
    QVector<double> above;
    for (const auto& [threshold, figure] : points) {
        if (!std::isfinite(figure.value)) continue;
        keys << threshold;
        values << figure.value;
        below << reach(figure.low, figure.value);
        above << reach(figure.high, figure.value);
    }
    QCPGraph* graph = thresholds->parentPlot()->addGraph(thresholds, figures);
    graph->setName(look.name);
    graph->setPen(QPen(look.color, 1.8, look.line));
    graph->setData(keys, values, true);
    graph->setScatterStyle(look.marks);

    auto* bars = new QCPErrorBars(thresholds, figures);  // the plot owns it
    bars->removeFromLegend();
    bars->setDataPlottable(graph);
    bars->setData(below, above);
    bars->setPen(QPen(look.color, 1.0));
    bars->setSymbolGap(look.marks.size());
    return graph;
}

void add_original_line(QCPAxis* thresholds, QCPAxis* figures, double value, const QColor& color) {
    auto* line = new QCPItemStraightLine(thresholds->parentPlot());  // the plot owns it
    for (QCPItemPosition* position : {line->point1, line->point2}) {
        position->setAxes(thresholds, figures);
        position->setAxisRect(thresholds->axisRect());
    }
    line->setClipAxisRect(thresholds->axisRect());
    line->point1->setCoords(0.0, value);
    line->point2->setCoords(1.0, value);
    line->setPen(QPen(color, 1.2, Qt::DotLine));
}

Estimate scaled(const Estimate& estimate, double offset, double factor) {
    return {(estimate.value + offset) * factor, (estimate.low + offset) * factor,
            (estimate.high + offset) * factor};
}

void FigureRange::include(double value) {
    if (!std::isfinite(value)) return;
    low_ = std::min(low_, value);
    high_ = std::max(high_, value);
}

void FigureRange::include(const Estimate& estimate) {
    include(estimate.value);
    include(estimate.low);
    include(estimate.high);
}

QCPRange FigureRange::widened(double least) const {
    const double margin = std::max((high_ - low_) * 0.1, least);
    return {low_ - margin, high_ + margin};
}

}  // namespace headscope::ui
