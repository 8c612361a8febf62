#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <set>

#include <qcustomplot.h>

#include "ui/charts/chart_sheet.h"
#include "ui/charts/figure_axis.h"
#include "ui/charts/painters.h"
#include "ui/charts/threshold_ticker.h"
#include "ui/runs/figure_curve.h"
#include "ui/style/plot_style.h"
#include "ui/style/text.h"

namespace headscope::ui {
namespace {

using FigureOf = std::function<Estimate(const Result&)>;

/// What one panel shows.
struct Panel {
    QString axis;
    FigureOf figure;
    std::optional<Estimate> original;  ///< a line with its interval
    bool from_zero = false;            ///< counts
};

/// A count has no interval.
Estimate exactly(std::int64_t count) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    return {static_cast<double>(count), -kInfinity, kInfinity};
}

/// Row by row.
std::vector<Panel> panels_of(const AnalysisSection& section) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    const Estimate none{0.0, -kInfinity, kInfinity};
    return {
        {QStringLiteral("Perplexity"),
         [](const Result& result) { return result.merged.perplexity; },
         section.original.perplexity},
        {QStringLiteral("Change of perplexity, %"),
         [](const Result& result) {
             return scaled(change_of(result).perplexity_ratio, -1.0, 100.0);
         },
         none},
        {QStringLiteral("Accuracy, %"),
         [](const Result& result) { return scaled(result.merged.accuracy, 0.0, 100.0); },
         scaled(section.original.accuracy, 0.0, 100.0)},
        {QStringLiteral("Change of accuracy, points"),
         [](const Result& result) {
             return scaled(change_of(result).accuracy_difference, 0.0, 100.0);
         },
         none},
        {QStringLiteral("Pairs"),
         [](const Result& result) { return exactly(result.summary.pairs); }, std::nullopt, true},
        {QStringLiteral("Heads merged"),
         [](const Result& result) { return exactly(merged_heads(result)); }, std::nullopt, true},
    };
}

std::vector<double> thresholds_of(const AnalysisSection& section) {
    std::set<double> thresholds;
    for (const AnalyzedRun& run : section.runs())
        thresholds.insert(run.result->threshold);
    return {thresholds.begin(), thresholds.end()};
}

/// Told apart by shape as well as by colour.
CurveLook look_of(int index, const QString& name, const QPalette& palette) {
    static constexpr std::array shapes = {QCPScatterStyle::ssCircle,
                                          QCPScatterStyle::ssDiamond,
                                          QCPScatterStyle::ssSquare,
                                          QCPScatterStyle::ssTriangle,
                                          QCPScatterStyle::ssTriangleInverted,
                                          QCPScatterStyle::ssCross,
                                          QCPScatterStyle::ssPlus,
                                          QCPScatterStyle::ssStar};
    static constexpr std::array lines = {Qt::SolidLine, Qt::DashLine, Qt::DashDotLine};
    const QColor color = series_color(index, palette);
    const auto at = static_cast<std::size_t>(index);
    return {name,
            color,
            lines[at % lines.size()],
            {shapes[at % shapes.size()], QPen(color, 1.4), color, 8}};
}

/// The interval of the original: a band over the whole width.
void add_band(QCPAxisRect& rect, const Estimate& estimate, QColor color) {
    if (!std::isfinite(estimate.low) || !std::isfinite(estimate.high)) return;
    auto* band = new QCPItemRect(rect.parentPlot());
    band->setLayer(QStringLiteral("grid"));
    for (QCPItemPosition* position : {band->topLeft, band->bottomRight}) {
        position->setAxisRect(&rect);
        position->setAxes(rect.axis(QCPAxis::atBottom), rect.axis(QCPAxis::atLeft));
        position->setTypeX(QCPItemPosition::ptAxisRectRatio);
    }
    band->setClipAxisRect(&rect);
    band->topLeft->setCoords(0.0, estimate.high);
    band->bottomRight->setCoords(1.0, estimate.low);
    band->setPen(Qt::NoPen);
    color.setAlphaF(0.13F);
    band->setBrush(color);
}

void fill_panel(QCPAxisRect& rect, const Panel& panel, const AnalysisSection& section,
                const QPalette& palette) {
    const PlotColors colors = plot_colors(palette);
    QCPAxis* x = rect.axis(QCPAxis::atBottom);
    QCPAxis* y = rect.axis(QCPAxis::atLeft);
    FigureRange range;
    if (panel.original) {
        range.include(*panel.original);
        add_band(rect, *panel.original, colors.original);
        add_original_line(x, y, panel.original->value, colors.original);
    }
    int index = 0;
    for (const AnalysisSeries& series : section.series) {
        std::vector<FigurePoint> points;
        for (const AnalyzedRun& run : series.runs) {
            points.push_back({run.result->threshold, panel.figure(*run.result)});
            range.include(points.back().figure);
        }
        add_figure_curve(x, y, points, look_of(index++, shortened(series.name), palette));
    }
    if (panel.from_zero) {
        y->setRange(0.0, std::max(1.0, range.high() * 1.08));
    } else {
        set_figure_range(*y, range);
    }
    y->setLabel(panel.axis);
}

void set_thresholds(QCPAxisRect& rect, const std::vector<double>& thresholds) {
    QCPAxis* x = rect.axis(QCPAxis::atBottom);
    const double width = thresholds.back() - thresholds.front();
    const double margin = width > 0.0 ? 0.05 * width : 0.005;
    x->setRange(thresholds.front() - margin, thresholds.back() + margin);
    x->setTicker(QSharedPointer<QCPAxisTicker>(new ThresholdTicker(*x, thresholds)));
    x->grid()->setVisible(false);
    x->setLabel(QStringLiteral("Threshold"));
}

/// The names of the curves, in a row of its own below all panels.
void add_legend(QCustomPlot& plot, const AnalysisSection& section) {
    auto* legend = new QCPLegend;
    plot.plotLayout()->addElement(3, 0, legend);
    legend->setLayer(QStringLiteral("legend"));
    legend->setBorderPen(Qt::NoPen);
    legend->setBrush(Qt::NoBrush);
    legend->setFont(ChartSheet::font());
    legend->setTextColor(plot_colors(plot.palette()).text);
    const bool short_names =
        std::all_of(section.series.begin(), section.series.end(),
                    [](const AnalysisSeries& series) { return series.name.size() <= 60; });
    legend->setFillOrder(QCPLegend::foColumnsFirst);
    legend->setWrap(short_names ? 2 : 1);
    for (std::size_t i = 0; i < section.series.size(); ++i) {
        legend->addItem(new QCPPlottableLegendItem(legend, plot.graph(static_cast<int>(i))));
    }
    plot.plotLayout()->setRowStretchFactor(3, 0.001);
}

QString note_of(const AnalysisSection& section) {
    QString note = QStringLiteral("Dotted: the original.");
    if (std::isfinite(section.original.perplexity.high)) {
        note += QStringLiteral(
            " Band and whiskers: 95\u00a0% intervals. Changes are those of the same windows under "
            "both models, so their intervals are far narrower than those of the metrics.");
    }
    return note;
}

}  // namespace

void paint_thresholds(QPaintDevice& device, ChartTheme theme, const AnalysisSection& section) {
    const bool alone = section.series.size() == 1;
    ChartSheet sheet(
        device, kThresholdSize, theme,
        {QStringLiteral("Perplexity and accuracy against the threshold"),
         chart_facts(section, alone ? &section.series.front() : nullptr), note_of(section)});
    QCustomPlot plot;
    plot.setAutoAddPlottableToLegend(false);
    plot.plotLayout()->clear();
    const std::vector<double> thresholds = thresholds_of(section);
    std::array<QCPMarginGroup*, 2> columns = {new QCPMarginGroup(&plot), new QCPMarginGroup(&plot)};
    int place = 0;
    for (const Panel& panel : panels_of(section)) {
        const int column = place % 2;
        auto* rect = new QCPAxisRect(&plot, true);
        rect->axis(QCPAxis::atTop)->setVisible(false);
        rect->axis(QCPAxis::atRight)->setVisible(false);
        for (QCPAxis* axis : rect->axes()) {
            axis->setLayer(QStringLiteral("axes"));
            axis->grid()->setLayer(QStringLiteral("grid"));
        }
        plot.plotLayout()->addElement(place / 2, column, rect);
        rect->setMarginGroup(QCP::msLeft | QCP::msRight, columns[static_cast<std::size_t>(column)]);
        set_thresholds(*rect, thresholds);
        fill_panel(*rect, panel, section, sheet.palette());
        ++place;
    }
    sheet.dress(plot);
    if (!alone) add_legend(plot, section);
    plot.resize(sheet.body().size());
    plot.replot();  // only laid out are panels as wide as the numbers below them have to know
    sheet.paint(plot);
}

}  // namespace headscope::ui
