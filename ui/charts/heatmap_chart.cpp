#include <qcustomplot.h>

#include "ui/charts/chart_sheet.h"
#include "ui/charts/painters.h"
#include "ui/heatmap/heatmap_view.h"
#include "ui/style/text.h"

namespace headscope::ui {
namespace {

QString highest_text(const SimilarityMatrix& matrix) {
    const std::vector<HeadPair> pairs = find_pairs(matrix, matrix.highest_off_diagonal());
    if (pairs.empty()) return QStringLiteral("One head, which nothing is compared with.");
    const HeadPair& pair = pairs.front();
    return QStringLiteral("Highest: %1, heads %2 and %3.")
        .arg(QString::number(pair.similarity, 'f', 4))
        .arg(pair.first)
        .arg(pair.second);
}

}  // namespace

void paint_heatmap(QPaintDevice& device, ChartTheme theme, const SimilaritySet& set,
                   const SimilarityMatrix& matrix) {
    ChartSheet sheet(
        device, kHeatmapSize, theme,
        {QStringLiteral("Similarity of the heads of layer %1").arg(matrix.layer), chart_facts(set),
         highest_text(matrix) + QStringLiteral(" The colours span what occurs in this layer; the "
                                               "diagonal, where a head meets itself, is grey.")});
    QCustomPlot plot;
    HeatmapView view(plot);
    view.set_texts(QStringLiteral("Head"), QStringLiteral("Similarity"));
    view.set_matrix(&matrix, HeatmapOrder::index);
    plot.xAxis->setRange(-0.5, matrix.heads - 0.5);
    plot.yAxis->setRange(-0.5, matrix.heads - 0.5);
    sheet.dress(plot);
    view.apply_style();
    view.set_colors(ColorScheme::sequential, layer_range(matrix));
    sheet.paint(plot);
}

}  // namespace headscope::ui
