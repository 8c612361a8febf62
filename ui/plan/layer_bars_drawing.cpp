#include "ui/plan/layer_bars_drawing.h"

#include <QFontMetrics>
#include <QPainter>
#include <algorithm>
#include <cmath>
#include <utility>

#include "ui/style/plot_style.h"

namespace headscope::ui {

LayerBarsDrawing::LayerBarsDrawing(Place place, std::vector<int> layers,
                                   std::vector<std::int64_t> ticks)
    : place_(std::move(place)), layers_(std::move(layers)), ticks_(std::move(ticks)) {
    const QFontMetrics metrics(place_.font);
    int numbers = metrics.horizontalAdvance(QStringLiteral("000"));
    for (const std::int64_t tick : ticks_)
        numbers = std::max(numbers, metrics.horizontalAdvance(
                                        place_.locale.toString(static_cast<qlonglong>(tick))));
    // Below: the numbers of the layers and the axis title.
    area_ =
        place_.rect.adjusted(numbers + 6, metrics.height() / 2 + 2, -4, -2 * metrics.height() - 10);
}

QRectF LayerBarsDrawing::column(int at) const {
    const double step = area_.width() / static_cast<double>(layers_.size());
    // Whole device pixels, with a gap where there is room for one.
    const double ratio = place_.pixel_ratio;
    const double left = std::round((area_.left() + at * step) * ratio) / ratio;
    const double right = std::round((area_.left() + (at + 1) * step) * ratio) / ratio;
    const double gap = step < 3.0 ? 0.0 : std::max(1.0, std::floor(step / 5.0));
    return {left, area_.top(), std::max(right - left - gap, 1.0 / ratio), area_.height()};
}

QRectF LayerBarsDrawing::bar(int at, double value) const {
    QRectF rect = column(at);
    const double share = value / static_cast<double>(ticks_.back());
    rect.setTop(std::round(area_.bottom() - area_.height() * share));
    return rect;
}

void LayerBarsDrawing::paint_axes(QPainter& painter, const QString& title) const {
    const PlotColors colors = plot_colors(place_.palette);
    const int line = QFontMetrics(place_.font).height();
    painter.setFont(place_.font);
    for (const std::int64_t value : ticks_) {
        const double share = static_cast<double>(value) / static_cast<double>(ticks_.back());
        const double y = std::round(area_.bottom() - area_.height() * share) - 0.5;
        painter.setPen(value == 0 ? colors.faint : colors.grid);
        painter.drawLine(QPointF(area_.left(), y), QPointF(area_.right(), y));
        painter.setPen(colors.text);
        painter.drawText(
            QRectF(place_.rect.left(), y - line / 2.0, area_.left() - 5 - place_.rect.left(), line),
            Qt::AlignRight | Qt::AlignVCenter,
            place_.locale.toString(static_cast<qlonglong>(value)));
    }
    painter.drawText(QRectF(area_.left(), place_.rect.bottom() - line - 2, area_.width(), line),
                     Qt::AlignHCenter | Qt::AlignVCenter, title);
}

QRectF LayerBarsDrawing::number_place(int at) const {
    const QFontMetrics metrics(place_.font);
    const double width = metrics.horizontalAdvance(QStringLiteral("000"));
    return {column(at).center().x() - width / 2, area_.bottom() + 4, width,
            static_cast<double>(metrics.height())};
}

void LayerBarsDrawing::paint_layer_numbers(QPainter& painter, int focused) const {
    const auto count = static_cast<int>(layers_.size());
    const auto number = [&](int at) {
        return place_.locale.toString(layers_[static_cast<std::size_t>(at)]);
    };
    // Every layer, or every 2nd, 5th, 10th..., so that numbers do not touch.
    const double step = area_.width() / count;
    const double needed = QFontMetrics(place_.font).horizontalAdvance(QStringLiteral("000")) + 2.0;
    int every = 1;
    for (const int next : {2, 5, 10, 20, 50, 100}) {
        if (step * every >= needed) break;
        every = next;
    }
    const bool has_focus = focused >= 0 && focused < count;
    const QRectF focused_place = has_focus ? number_place(focused) : QRectF();
    painter.setFont(place_.font);
    painter.setPen(plot_colors(place_.palette).text);
    for (int at = 0; at < count; at += every) {
        if (at == focused || number_place(at).adjusted(-4, 0, 4, 0).intersects(focused_place)) {
            continue;
        }
        painter.drawText(number_place(at), Qt::AlignHCenter | Qt::AlignTop, number(at));
    }
    if (!has_focus) return;
    QFont bold = place_.font;
    bold.setBold(true);
    painter.setFont(bold);
    painter.drawText(focused_place, Qt::AlignHCenter | Qt::AlignTop, number(focused));
    painter.setFont(place_.font);
}

}  // namespace headscope::ui
