#include <QFontMetrics>
#include <algorithm>
#include <cmath>

#include <qcustomplot.h>

#include "ui/charts/chart_sheet.h"
#include "ui/charts/painters.h"
#include "ui/layers/layer_thumbnail.h"
#include "ui/style/plot_style.h"

namespace headscope::ui {
namespace {

constexpr int kGap = 8;
constexpr int kBarRoom = 96;   ///< for the colour bar on the right, with its numbers
constexpr int kLargest = 400;  ///< side of a layer

struct Grid {
    int columns = 1;
    int side = 0;  ///< of a layer
};

/// The grid in which `count` squares with a line of text below each are largest.
Grid largest_grid(const QSize& room, int count, int line) {
    Grid best;
    for (int columns = 1; columns <= count; ++columns) {
        const int rows = (count + columns - 1) / columns;
        const int side =
            std::min({room.width() / columns - kGap, room.height() / rows - kGap - line, kLargest});
        if (side >= best.side) best = {columns, side};
    }
    return best;
}

/// "12: 0.9973", or without the number where that does not fit.
QString label_of(const SimilarityMatrix& matrix, const QFontMetrics& metrics, int width) {
    const QString layer = QString::number(matrix.layer);
    if (matrix.heads < 2) return layer;
    const double highest = matrix.highest_off_diagonal();
    for (const int digits : {4, 2}) {
        const QString text =
            QStringLiteral("%1: %2").arg(layer, QString::number(highest, 'f', digits));
        if (metrics.horizontalAdvance(text) <= width) return text;
    }
    return layer;
}

/// The thumbnail in the size of its square. Cells that are no whole number of device pixels wide
/// share the pixels at their edges, so that all look equally wide.
QImage scaled_to(const QImage& thumbnail, int side) {
    const int device = side * kChartScale;
    const int cell = 2 * (device / std::max(1, thumbnail.width()) + 1);
    return thumbnail.scaled(thumbnail.size() * cell)
        .scaled(device, device, Qt::IgnoreAspectRatio, Qt::SmoothTransformation);
}

void paint_bar(QPainter& painter, const QRect& room, const ValueRange& range,
               const PlotColors& colors) {
    const QRect bar(room.left() + 16, room.top(), 14, std::min(room.height(), 320));
    for (int y = 0; y < bar.height() * kChartScale; ++y) {
        const double position = 1.0 - (y + 0.5) / (bar.height() * kChartScale);
        painter.fillRect(QRectF(bar.left(), bar.top() + static_cast<double>(y) / kChartScale,
                                bar.width(), 1.0 / kChartScale),
                         QColor(scheme_color(ColorScheme::sequential, position)));
    }
    const QFont font = ChartSheet::font(12);
    const int line = QFontMetrics(font).height();
    painter.setFont(font);
    painter.setPen(colors.text);
    constexpr int kSteps = 4;
    for (int i = 0; i <= kSteps; ++i) {
        const double share = static_cast<double>(i) / kSteps;
        const double y = bar.bottom() + 1 - share * bar.height();
        painter.drawLine(QPointF(bar.right() + 1, y), QPointF(bar.right() + 4, y));
        painter.drawText(QRectF(bar.right() + 7, y - line / 2.0, 60, line),
                         Qt::AlignLeft | Qt::AlignVCenter,
                         QString::number(range.low + share * (range.high - range.low), 'f', 3));
    }
}

}  // namespace

void paint_overview(QPaintDevice& device, ChartTheme theme, const SimilaritySet& set) {
    ChartSheet sheet(
        device, kOverviewSize, theme,
        {QStringLiteral("Similarity of the heads of all layers"), chart_facts(set),
         QStringLiteral("Below each layer: its number and its highest similarity. Head 0 is at the "
                        "top left. All layers have the same colours, which span what occurs off "
                        "the diagonals.")});
    const auto count = static_cast<int>(set.layers.size());
    if (count == 0) return;
    const QRect body = sheet.body().adjusted(0, 8, 0, 0);
    const QFont font = ChartSheet::font(12);
    const QFontMetrics metrics(font);
    const QSize room(body.width() - kBarRoom, body.height());
    const Grid grid = largest_grid(room, count, metrics.height());
    const ValueRange range = thumbnail_range(set.layers, ColorScheme::sequential);
    const PlotColors colors = plot_colors(sheet.palette());
    const int step = std::min(grid.side + 3 * kGap, room.width() / grid.columns);
    QPainter& painter = sheet.painter();
    for (int i = 0; i < count; ++i) {
        const SimilarityMatrix& matrix = *set.layers[static_cast<std::size_t>(i)];
        const QPoint corner(body.left() + i % grid.columns * step,
                            body.top() + i / grid.columns * (grid.side + metrics.height() + kGap));
        const QRect square(corner, QSize(grid.side, grid.side));
        painter.drawImage(
            square, scaled_to(make_thumbnail(matrix, range, ColorScheme::sequential), grid.side));
        painter.setFont(font);
        painter.setPen(colors.text);
        painter.drawText(QRect(square.left(), square.bottom() + 1, grid.side, metrics.height()),
                         Qt::AlignHCenter | Qt::AlignTop, label_of(matrix, metrics, grid.side));
    }
    paint_bar(painter, {body.left() + grid.columns * step, body.top(), kBarRoom, body.height()},
              range, colors);
}

}  // namespace headscope::ui
