#include "ui/heatmap/heatmap_overlay.h"

#include <cmath>

#include <qcustomplot.h>

#include "ui/style/plot_style.h"

namespace headscope::ui {
namespace {

/// Cells in pixels.
class CellGrid {
  public:
    explicit CellGrid(QCPAxisRect& rect)
        : columns_(*rect.axis(QCPAxis::atBottom)), rows_(*rect.axis(QCPAxis::atLeft)) {}

    /// The edge before a place; whole pixels, as the cells are painted.
    [[nodiscard]] double x(double place) const {
        return std::round(columns_.coordToPixel(place - 0.5));
    }
    [[nodiscard]] double y(double place) const {
        return std::round(rows_.coordToPixel(place - 0.5));
    }
    [[nodiscard]] QRectF cell(QPoint at) const {
        return QRectF(QPointF(x(at.x()), y(at.y())), QPointF(x(at.x() + 1), y(at.y() + 1)));
    }
    [[nodiscard]] double size() const {
        return (columns_.coordToPixel(1.0) - columns_.coordToPixel(0.0));
    }
    [[nodiscard]] bool shows(QPoint at) const {
        const auto touches = [](const QCPRange& range, int place) {
            return place + 0.5 > range.lower && place - 0.5 < range.upper;
        };
        return touches(columns_.range(), at.x()) && touches(rows_.range(), at.y());
    }

  private:
    const QCPAxis& columns_;
    const QCPAxis& rows_;
};

QPen sharp_pen(const QColor& color, double width) {
    QPen pen(color, width);
    pen.setJoinStyle(Qt::MiterJoin);
    return pen;
}

/// In a file, thousands of rectangles are one path.
void draw_rects(QCPPainter& painter, const QVector<QRectF>& rects) {
    if (!painter.modes().testFlag(QCPPainter::pmVectorized)) return painter.drawRects(rects);
    QPainterPath path;
    for (const QRectF& rect : rects)
        path.addRect(rect);
    painter.drawPath(path);
}

class Overlay : public QCPLayerable {
  public:
    Overlay(QCustomPlot& plot, const HeatmapMarks& marks, const QString& layer)
        : QCPLayerable(&plot, layer), marks_(marks) {}

  protected:
    void applyDefaultAntialiasingHint(QCPPainter* painter) const override {
        painter->setAntialiasing(false);
    }
    [[nodiscard]] QRect clipRect() const override { return rect().rect(); }

    [[nodiscard]] QCPAxisRect& rect() const { return *parentPlot()->axisRect(0); }
    [[nodiscard]] PlotColors colors() const { return plot_colors(parentPlot()->palette()); }
    [[nodiscard]] const HeatmapMarks& marks() const { return marks_; }

    /// Both cells of each pair that are in sight.
    static QVector<QRectF> both_cells(const CellGrid& grid, const std::vector<QPoint>& cells) {
        QVector<QRectF> rects;
        for (const QPoint cell : cells) {
            const QPoint mirrored(cell.y(), cell.x());
            if (grid.shows(cell)) rects.push_back(grid.cell(cell));
            if (mirrored != cell && grid.shows(mirrored)) rects.push_back(grid.cell(mirrored));
        }
        return rects;
    }

    /// Outlines inside the cells, in two tones where there is room, so that they stand out from any
    /// colour of the map.
    void draw_outlines(QCPPainter& painter, const CellGrid& grid, QVector<QRectF> rects,
                       const QColor& color, double width) const {
        painter.setBrush(Qt::NoBrush);
        const bool roomy = grid.size() >= 4.0 * width + 4.0;
        const double inset = width / 2.0;
        for (QRectF& rect : rects)
            rect.adjust(inset, inset, -inset, -inset);
        painter.setPen(sharp_pen(color, width));
        draw_rects(painter, rects);
        if (!roomy) return;
        QColor casing = colors().background;
        casing.setAlphaF(color.alphaF());
        const double further = inset + 0.5;
        for (QRectF& rect : rects)
            rect.adjust(further, further, -further, -further);
        painter.setPen(sharp_pen(casing, 1.0));
        draw_rects(painter, rects);
    }

  private:
    const HeatmapMarks& marks_;
};

/// Separators between KV groups, the pairs of the plan, and the pinned pair.
class MarksOverlay : public Overlay {
  public:
    MarksOverlay(QCustomPlot& plot, const HeatmapMarks& marks)
        : Overlay(plot, marks, QStringLiteral("marks")) {}

  protected:
    void draw(QCPPainter* painter) override {
        const CellGrid grid(rect());
        draw_separators(*painter, grid);
        QColor merged = colors().merged;
        if (marks().faint) merged.setAlphaF(0.4F);
        draw_outlines(*painter, grid, both_cells(grid, marks().merged), merged,
                      grid.size() >= 12.0 ? 2.0 : 1.0);
        if (marks().pinned) {
            draw_outlines(*painter, grid, both_cells(grid, {*marks().pinned}), colors().threshold,
                          grid.size() >= 8.0 ? 3.0 : 2.0);
        }
    }

  private:
    void draw_separators(QCPPainter& painter, const CellGrid& grid) const {
        if (marks().heads_per_group <= 0) return;
        const QRectF area = rect().rect();
        QVector<QLineF> lines;
        for (int place = marks().heads_per_group; place < marks().count;
             place += marks().heads_per_group) {
            lines.push_back({grid.x(place), area.top(), grid.x(place), area.bottom()});
            lines.push_back({area.left(), grid.y(place), area.right(), grid.y(place)});
        }
        painter.setPen(QPen(colors().background, 1.0));
        painter.drawLines(lines);
    }
};

/// The cross-hair: the edges of the row and of the column of the cell.
class CursorOverlay : public Overlay {
  public:
    CursorOverlay(QCustomPlot& plot, const HeatmapMarks& marks)
        : Overlay(plot, marks, QStringLiteral("cursor")) {}

  protected:
    void draw(QCPPainter* painter) override {
        if (!marks().cursor) return;
        const CellGrid grid(rect());
        const QRectF cell = grid.cell(*marks().cursor);
        const QRectF area = rect().rect();
        const QVector<QLineF> lines = {{cell.left(), area.top(), cell.left(), area.bottom()},
                                       {cell.right(), area.top(), cell.right(), area.bottom()},
                                       {area.left(), cell.top(), area.right(), cell.top()},
                                       {area.left(), cell.bottom(), area.right(), cell.bottom()}};
        painter->setPen(QPen(colors().background, 3.0));
        painter->drawLines(lines);
        painter->setPen(QPen(colors().text, 1.0));
        painter->drawLines(lines);
    }
};

}  // namespace

void add_heatmap_overlay(QCustomPlot& plot, const HeatmapMarks& marks) {
    for (const QString& name : {QStringLiteral("marks"), QStringLiteral("cursor")}) {
        // Below the axes, whose lines frame the map.
        plot.addLayer(name, plot.layer(QStringLiteral("axes")), QCustomPlot::limBelow);
        plot.layer(name)->setMode(QCPLayer::lmBuffered);
    }
    new MarksOverlay(plot, marks);  // the plot owns its layerables
    new CursorOverlay(plot, marks);
}

}  // namespace headscope::ui
