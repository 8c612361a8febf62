#include "ui/measures/dot_graph.h"

#include <cmath>

namespace headscope::ui {
namespace {

/// All points as one command: dots of a pen as wide as the shape.
void draw_as_shapes(QCPPainter& painter, const QVector<QPointF>& points,
                    const QCPScatterStyle& style) {
    const Qt::PenCapStyle cap =
        style.shape() == QCPScatterStyle::ssSquare ? Qt::SquareCap : Qt::RoundCap;
    const auto draw_dots = [&](const QColor& color, double size) {
        painter.setPen(QPen(color, size, Qt::SolidLine, cap));
        painter.drawPoints(points.constData(), static_cast<int>(points.size()));
    };
    // A filled shape with an outline: a larger dot below a smaller one.
    const bool filled = style.brush().style() != Qt::NoBrush;
    draw_dots(style.pen().color(), style.size() + (filled ? style.pen().widthF() : 0.0));
    if (filled) draw_dots(style.brush().color(), style.size() - style.pen().widthF());
}

/// A point in the middle of a picture that is transparent around it; `scale` pixels for a unit.
QPixmap stamp_of(const QCPScatterStyle& style, const QPen& pen, bool smooth, double scale) {
    const double side = style.size() + 2.0;  // the outline lies half outside
    QPixmap stamp(QSize(1, 1) * static_cast<int>(std::ceil(side * scale)));
    stamp.fill(Qt::transparent);
    QCPPainter painter(&stamp);
    painter.setAntialiasing(smooth);
    painter.scale(scale, scale);
    style.applyTo(&painter, pen);
    style.drawShape(&painter, side / 2.0, side / 2.0);
    painter.end();
    return stamp;
}

}  // namespace

DotGraph::DotGraph(QCPAxis* key_axis, QCPAxis* value_axis) : QCPGraph(key_axis, value_axis) {
    setLineStyle(lsNone);
}

void DotGraph::drawScatterPlot(QCPPainter* painter, const QVector<QPointF>& scatters,
                               const QCPScatterStyle& style) const {
    if (scatters.isEmpty()) return;
    applyScattersAntialiasingHint(painter);
    painter->save();
    if (painter->modes().testFlag(QCPPainter::pmVectorized)) {
        draw_as_shapes(*painter, scatters, style);
    } else {
        const double ratio = painter->device()->devicePixelRatioF();
        const QTransform to_device = painter->transform() * QTransform::fromScale(ratio, ratio);
        const QPixmap stamp = stamp_of(style, mPen, painter->antialiasing(), to_device.m11());
        const QPointF half = QPointF(stamp.width(), stamp.height()) / 2.0;
        // In whole pixels of the device, where a picture is copied as it is.
        painter->setTransform(QTransform::fromScale(1.0 / ratio, 1.0 / ratio));
        for (const QPointF& point : scatters)
            painter->drawPixmap(QPointF((to_device.map(point) - half).toPoint()), stamp);
    }
    painter->restore();
}

}  // namespace headscope::ui
