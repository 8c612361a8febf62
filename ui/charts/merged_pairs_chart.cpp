#include <QFontMetrics>
#include <algorithm>
#include <cmath>

#include <qcustomplot.h>

#include "core/report/figure_text.h"
#include "ui/charts/chart_sheet.h"
#include "ui/charts/painters.h"
#include "ui/plan/layer_bars_drawing.h"
#include "ui/style/plot_style.h"
#include "ui/style/text.h"

namespace headscope::ui {
namespace {

/// 0 to at least `most` in four to eight round whole steps.
std::vector<std::int64_t> round_ticks(std::int64_t most) {
    std::int64_t step = 1;
    for (std::int64_t power = 1; most > 8 * step; power *= 10) {
        for (const std::int64_t factor : {1, 2, 5}) {
            step = factor * power;
            if (most <= 8 * step) break;
        }
    }
    std::vector<std::int64_t> ticks = {0};
    while (ticks.back() < std::max<std::int64_t>(most, 1))
        ticks.push_back(ticks.back() + step);
    return ticks;
}

/// The number of pairs over each bar, where all of them have room.
void paint_counts(QPainter& painter, const LayerBarsDrawing& drawing,
                  const std::vector<LayerPlan>& layers, const QColor& color) {
    const QFont font = ChartSheet::font(12);
    const QFontMetrics metrics(font);
    std::vector<QString> texts;
    int widest = 0;
    for (const LayerPlan& layer : layers) {
        texts.push_back(
            qstring(figures::count_text(static_cast<std::int64_t>(layer.pairs.size()))));
        widest = std::max(widest, metrics.horizontalAdvance(texts.back()));
    }
    const double step = drawing.area().width() / static_cast<double>(layers.size());
    if (widest + 3.0 > step) return;
    painter.setFont(font);
    painter.setPen(color);
    for (std::size_t i = 0; i < layers.size(); ++i) {
        const QRectF bar =
            drawing.bar(static_cast<int>(i), static_cast<double>(layers[i].pairs.size()));
        const QRectF place(bar.center().x() - step / 2, bar.top() - metrics.height() - 1, step,
                           metrics.height());
        painter.drawText(place, Qt::AlignHCenter | Qt::AlignBottom, texts[i]);
    }
}

}  // namespace

void paint_merged_pairs(QPaintDevice& device, ChartTheme theme, const AnalysisSection& section,
                        const AnalysisSeries& series, const Result& result) {
    ChartSheet sheet(device, kMergedPairsSize, theme,
                     {QStringLiteral("Pairs in each layer at threshold %1: %2 in all")
                          .arg(qstring(threshold_name(result)),
                               qstring(figures::count_text(result.summary.pairs))),
                      chart_facts(section, &series),
                      QStringLiteral("A pair: two heads of a layer at least as similar as the "
                                     "threshold.")});
    const std::vector<LayerPlan>& layers = result.plan.layers;
    if (layers.empty()) return;
    std::vector<int> numbers;
    std::int64_t most = 0;
    for (const LayerPlan& layer : layers) {
        numbers.push_back(layer.layer);
        most = std::max(most, static_cast<std::int64_t>(layer.pairs.size()));
    }
    // Room over the highest bar for its number.
    const QRectF place = QRectF(sheet.body()).adjusted(0, 16, 0, 0);
    const LayerBarsDrawing drawing(
        {place, ChartSheet::font(), sheet.palette(), double{kChartScale}, ChartSheet::locale()},
        numbers, round_ticks(most));
    const PlotColors colors = plot_colors(sheet.palette());
    QPainter& painter = sheet.painter();
    drawing.paint_axes(painter, QStringLiteral("Layer"));
    for (std::size_t i = 0; i < layers.size(); ++i) {
        painter.fillRect(
            drawing.bar(static_cast<int>(i), static_cast<double>(layers[i].pairs.size())),
            colors.merged);
    }
    drawing.paint_layer_numbers(painter, -1);
    paint_counts(painter, drawing, layers, colors.text);
}

}  // namespace headscope::ui
