#include <QFontMetrics>
#include <algorithm>

#include <qcustomplot.h>

#include "core/merging/ranked_pairs.h"
#include "core/report/figure_text.h"
#include "ui/charts/chart_sheet.h"
#include "ui/charts/painters.h"
#include "ui/distribution/histogram_view.h"
#include "ui/style/plot_style.h"
#include "ui/style/text.h"

namespace headscope::ui {
namespace {

std::vector<double> similarities_of(const SimilaritySet& set) {
    std::vector<RankedPairs> ranked;
    for (const auto& matrix : set.layers)
        ranked.emplace_back(*matrix);
    std::vector<const RankedPairs*> layers;
    for (const RankedPairs& layer : ranked)
        layers.push_back(&layer);
    return falling_similarities(layers);
}

/// A line at each threshold in sight, and above the axes the numbers of as many as do not touch.
void paint_thresholds(QPainter& painter, const std::vector<double>& thresholds,
                      const HistogramView& view, const PlotColors& colors) {
    const QRect axes = view.axes_rect();
    const QFont font = ChartSheet::font(12);
    const QFontMetrics metrics(font);
    painter.setFont(font);
    double taken = std::numeric_limits<double>::infinity();  // from the right
    for (auto at = thresholds.rbegin(); at != thresholds.rend(); ++at) {
        if (*at < view.view_low() || *at > view.view_high()) continue;
        const double x = view.x_of(*at);
        painter.setPen(QPen(colors.threshold, 1.0, Qt::DashLine));
        painter.drawLine(QPointF(x, axes.top()), QPointF(x, axes.bottom()));
        const QString text = qstring(headscope::threshold_text(*at));
        const double width = metrics.horizontalAdvance(text);
        if (x + width / 2 > taken) continue;
        painter.setPen(colors.text);
        painter.drawText(QRectF(x - width / 2 - 1, axes.top() - metrics.height() - 2, width + 2,
                                metrics.height()),
                         Qt::AlignCenter, text);
        taken = x - width / 2 - metrics.averageCharWidth();
    }
}

QString note_of(const SimilaritySet& set, const std::vector<double>& falling,
                const Histogram& histogram) {
    QString note =
        QStringLiteral("%1 pairs of heads in %2 layers, from %3 to %4.")
            .arg(qstring(figures::count_text(static_cast<std::int64_t>(falling.size()))))
            .arg(set.layers.size())
            .arg(QString::number(falling.back(), 'f', 4), QString::number(falling.front(), 'f', 4));
    if (set.thresholds.empty()) return note;
    QStringList thresholds;
    for (const double threshold : set.thresholds)
        thresholds << qstring(headscope::threshold_text(threshold));
    note +=
        QStringLiteral(" Dashed: the thresholds (%1); in colour: what the lowest of them selects.")
            .arg(thresholds.join(QStringLiteral(", ")));
    if (set.thresholds.front() > histogram.high) {
        note += QStringLiteral(" All thresholds lie beyond the highest similarity.");
    }
    return note;
}

}  // namespace

void paint_distribution(QPaintDevice& device, ChartTheme theme, const SimilaritySet& set) {
    const std::vector<double> falling = similarities_of(set);
    const Histogram histogram = make_histogram(falling);
    ChartSheet sheet(device, kDistributionSize, theme,
                     {QStringLiteral("Distribution of all similarities"), chart_facts(set),
                      falling.empty() ? QStringLiteral("There are no two heads to compare.")
                                      : note_of(set, falling, histogram)});
    if (falling.empty()) return;
    QCustomPlot plot;
    const double lowest =
        set.thresholds.empty() ? std::numeric_limits<double>::infinity() : set.thresholds.front();
    HistogramView view(plot, [lowest] { return lowest; });
    view.set_overlay([&](QPainter& painter) {
        paint_thresholds(painter, set.thresholds, view, plot_colors(plot.palette()));
    });
    view.set_histogram(histogram);
    plot.xAxis->setLabel(QStringLiteral("Similarity"));
    plot.yAxis->setLabel(QStringLiteral("Pairs (logarithmic)"));
    plot.setPalette(sheet.palette());
    plot.setFont(ChartSheet::font());
    view.apply_style();
    sheet.dress(plot);
    sheet.paint(plot);
}

}  // namespace headscope::ui
