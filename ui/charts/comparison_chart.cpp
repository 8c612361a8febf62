#include <cmath>

#include <qcustomplot.h>

#include "core/report/figure_text.h"
#include "ui/charts/chart_sheet.h"
#include "ui/charts/figure_axis.h"
#include "ui/charts/painters.h"
#include "ui/runs/figure_curve.h"
#include "ui/style/plot_style.h"
#include "ui/style/text.h"

namespace headscope::ui {
namespace {

/// One of the two metrics, in the units of its axis.
struct Metric {
    QString axis;
    Estimate original;
    Estimate merged;
    QString change_title;
    QString change_axis;
    Estimate change;
    int digits;  ///< of the two figures, behind the point
};

Metric perplexity_of(const Result& result) {
    const Estimate& ratio = change_of(result).perplexity_ratio;
    return {QStringLiteral("Perplexity"),
            result.original.perplexity,
            result.merged.perplexity,
            QStringLiteral("Change: %1").arg(qstring(figures::change_text(ratio))),
            QStringLiteral("Change of perplexity, %"),
            scaled(ratio, -1.0, 100.0),
            4};
}

Metric accuracy_of(const Result& result) {
    const Estimate& difference = change_of(result).accuracy_difference;
    // The interval is of the difference; the share of the original puts it in proportion.
    const double percent = 100.0 * difference.value / result.original.accuracy.value;
    return {
        QStringLiteral("Accuracy, %"),
        scaled(result.original.accuracy, 0.0, 100.0),
        scaled(result.merged.accuracy, 0.0, 100.0),
        QStringLiteral("Change: %1 points (%2\u00a0%)")
            .arg(qstring(figures::points_text(difference)), QString::asprintf("%+.3f", percent)),
        QStringLiteral("Change of accuracy, percentage points"),
        scaled(difference, 0.0, 100.0),
        3};
}

QString number(double value, int digits) {
    if (!std::isfinite(value)) return QStringLiteral("not a number");
    return std::abs(value) < 1e6 ? QString::number(value, 'f', digits)
                                 : QString::number(value, 'g', 5);
}

/// "Original", its figure, its interval: a line each.
QString tick_text(const QString& name, const Estimate& figure, int digits) {
    return QStringList{name, number(figure.value, digits), interval_text(figure, 2)}.join(
        QLatin1Char('\n'));
}

QCPAxisRect* add_rect(QCustomPlot& plot, int row, int column) {
    auto* rect = new QCPAxisRect(&plot, false);
    for (const auto side : {QCPAxis::atLeft, QCPAxis::atBottom})
        rect->addAxis(side)->setLayer(QStringLiteral("axes"));
    for (QCPAxis* axis : rect->axes())
        axis->grid()->setLayer(QStringLiteral("grid"));
    plot.plotLayout()->addElement(row, column, rect);
    return rect;
}

/// A point with whiskers at the first axis's `key`.
void add_point(QCPAxis* keys, QCPAxis* values, double key, const Estimate& figure,
               const QColor& color, const QCPScatterStyle& marks) {
    add_figure_curve(keys, values, {{key, figure}}, {{}, color, Qt::NoPen, marks});
}

/// The original and the merged model side by side.
void fill_values(QCPAxisRect& rect, const Metric& metric, const PlotColors& colors,
                 const QString& merged_name) {
    QCPAxis* x = rect.axis(QCPAxis::atBottom);
    QCPAxis* y = rect.axis(QCPAxis::atLeft);
    add_original_line(x, y, metric.original.value, colors.original);
    QCPScatterStyle circle = filled_marks(colors.original);
    QCPScatterStyle diamond = open_marks(colors.merged, colors.background);
    circle.setSize(11);
    diamond.setSize(14);
    diamond.setPen(QPen(colors.merged, 2.0));
    add_point(x, y, 0.0, metric.original, colors.original, circle);
    add_point(x, y, 1.0, metric.merged, colors.merged, diamond);
    FigureRange range;
    range.include(metric.original);
    range.include(metric.merged);
    set_figure_range(*y, range);
    y->setLabel(metric.axis);
    x->setRange(-0.5, 1.5);
    x->grid()->setVisible(false);
    x->setTickLength(0);
    const auto ticker = QSharedPointer<QCPAxisTickerText>::create();
    ticker->addTick(0.0, tick_text(QStringLiteral("Original"), metric.original, metric.digits));
    ticker->addTick(1.0, tick_text(merged_name, metric.merged, metric.digits));
    x->setTicker(ticker);
}

/// The change with its interval, and where no change would be.
void fill_change(QCPAxisRect& rect, const Metric& metric, const PlotColors& colors) {
    QCPAxis* x = rect.axis(QCPAxis::atBottom);
    QCPAxis* y = rect.axis(QCPAxis::atLeft);
    QCPScatterStyle diamond = open_marks(colors.merged, colors.background);
    diamond.setSize(14);
    diamond.setPen(QPen(colors.merged, 2.0));
    // The figure runs along the horizontal axis here.
    add_point(y, x, 0.0, metric.change, colors.merged, diamond);
    FigureRange range;
    range.include(0.0);
    range.include(metric.change);
    set_figure_range(*x, range);
    x->setLabel(metric.change_axis);
    x->ticker()->setTickCount(4);
    y->setRange(-1.0, 1.0);
    y->setTicks(false);
    y->setTickLabels(false);
    y->grid()->setVisible(false);
    auto* zero = new QCPItemStraightLine(rect.parentPlot());
    for (QCPItemPosition* position : {zero->point1, zero->point2}) {
        position->setAxisRect(&rect);
        position->setAxes(x, y);
    }
    zero->setClipAxisRect(&rect);
    zero->point1->setCoords(0.0, -1.0);
    zero->point2->setCoords(0.0, 1.0);
    zero->setPen(QPen(colors.original, 1.4, Qt::DotLine));
}

}  // namespace

void paint_comparison(QPaintDevice& device, ChartTheme theme, const AnalysisSection& section,
                      const AnalysisSeries& series, const Result& result) {
    const bool known = std::isfinite(result.original.perplexity.high);
    ChartSheet sheet(
        device, kComparisonSize, theme,
        {QStringLiteral("Heads merged at threshold %1: %2 pairs, %3 heads")
             .arg(qstring(threshold_name(result)),
                  qstring(figures::count_text(result.summary.pairs)),
                  qstring(figures::count_text(merged_heads(result)))),
         chart_facts(section, &series),
         known ? QStringLiteral("Whiskers and brackets: 95\u00a0% intervals. A change is that of "
                                "the same windows under both models, so its interval is far "
                                "narrower than those above. Dotted: the original.")
               : QStringLiteral("Dotted: the original. The file has no intervals.")});
    const PlotColors colors = plot_colors(sheet.palette());
    const QString merged_name =
        result.plan.layer_thresholds
            ? QStringLiteral("Merged per layer")
            : QStringLiteral("Merged at %1").arg(qstring(threshold_name(result)));
    QCustomPlot plot;
    plot.plotLayout()->clear();
    int column = 0;
    for (const Metric& metric : {perplexity_of(result), accuracy_of(result)}) {
        QCPAxisRect* values = add_rect(plot, 0, column);
        auto* title = new QCPTextElement(&plot, metric.change_title);
        plot.plotLayout()->addElement(1, column, title);
        QCPAxisRect* change = add_rect(plot, 2, column);
        auto* margins = new QCPMarginGroup(&plot);
        for (QCPAxisRect* rect : {values, change})
            rect->setMarginGroup(QCP::msLeft | QCP::msRight, margins);
        fill_values(*values, metric, colors, merged_name);
        fill_change(*change, metric, colors);
        title->setFont(ChartSheet::font());
        title->setTextColor(colors.text);
        title->setMargins(QMargins(0, 12, 0, 0));
        ++column;
    }
    plot.plotLayout()->setRowStretchFactors({1.0, 0.001, 0.36});
    sheet.dress(plot);
    sheet.paint(plot);
}

}  // namespace headscope::ui
