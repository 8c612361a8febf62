#include "ui/distribution/distribution_marks.h"

#include <QFontMetrics>
#include <QPainter>
#include <QPolygonF>
#include <algorithm>
#include <cmath>

namespace headscope::ui {
namespace {

constexpr int kGap = 4;  ///< between a label and what is beside it

QString label_with_arrow(const DistributionMarks& marks) {
    switch (marks.beyond) {
        case DistributionMarks::Beyond::left:
            return QStringLiteral("\u2190 ") + marks.label;
        case DistributionMarks::Beyond::right:
            return marks.label + QStringLiteral(" \u2192");
        case DistributionMarks::Beyond::no:
            break;
    }
    return marks.label;
}

void draw_line(QPainter& painter, const DistributionMarks& marks, const QRect& plot) {
    const Qt::PenStyle style =
        marks.beyond == DistributionMarks::Beyond::no ? Qt::SolidLine : Qt::DashLine;
    painter.setPen(QPen(marks.line, marks.strong ? 3.0 : 1.5, style));
    painter.drawLine(QLineF(marks.threshold_x, plot.top(), marks.threshold_x, plot.bottom()));
}

/// A small triangle that stands on the axis.
void draw_highest(QPainter& painter, double x, const QColor& color, const QRect& plot, int size) {
    const double foot = plot.bottom();
    painter.setPen(Qt::NoPen);
    painter.setBrush(color);
    painter.drawPolygon(QPolygonF(
        {QPointF(x, foot - size), QPointF(x - size / 2.0, foot), QPointF(x + size / 2.0, foot)}));
}

}  // namespace

QRect threshold_label_rect(const DistributionMarks& marks, const QFontMetrics& metrics,
                           const QRect& plot, const QRect& viewport) {
    const int width = metrics.horizontalAdvance(label_with_arrow(marks)) + 2;
    const int left = static_cast<int>(std::lround(marks.threshold_x)) - width / 2;
    const int last = std::max(viewport.left() + kGap, viewport.right() - kGap - width);
    return {std::clamp(left, viewport.left() + kGap, last), plot.top() - kGap - metrics.height(),
            width, metrics.height()};
}

void draw_marks(QPainter& painter, const DistributionMarks& marks, const QRect& plot,
                const QRect& viewport) {
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    const QFontMetrics metrics = painter.fontMetrics();
    if (marks.highest_x) {
        draw_highest(painter, *marks.highest_x, marks.text, plot, metrics.height() / 2);
    }
    draw_line(painter, marks, plot);

    const QRect label = threshold_label_rect(marks, metrics, plot, viewport);
    painter.setPen(marks.text);
    painter.drawText(label, Qt::AlignCenter, label_with_arrow(marks));
    // The other label keeps out of the way at the far end of the same row.
    const bool left = label.center().x() > plot.center().x();
    const QRect row(plot.left(), label.top(), viewport.right() - kGap - plot.left(),
                    label.height());
    const Qt::Alignment side = (left ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter;
    const QRect highest = painter.boundingRect(row, static_cast<int>(side), marks.highest_label);
    if (!highest.adjusted(-3 * kGap, 0, 3 * kGap, 0).intersects(label)) {
        painter.drawText(row, static_cast<int>(side), marks.highest_label);
    }
    painter.restore();
}

}  // namespace headscope::ui
