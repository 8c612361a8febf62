#include "ui/style/outlined_style.h"

#include <QIcon>
#include <QPainter>
#include <QStyleFactory>
#include <QStyleOption>
#include <QWidget>

#include "ui/style/plot_style.h"

namespace headscope::ui {
namespace {

/// A picture on a square of 16 units, in a grey that stands out from light and dark alike.
template <typename Draw>
QIcon grey_icon(Draw draw) {
    QIcon icon;
    for (const int scale : {1, 2, 4}) {
        QPixmap pixmap(16 * scale, 16 * scale);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.scale(scale, scale);
        painter.setPen(QPen(QColor(0x87898d), 1.4));
        draw(painter);
        icon.addPixmap(pixmap);
    }
    return icon;
}

}  // namespace

OutlinedStyle::OutlinedStyle() : QProxyStyle(QStyleFactory::create(QStringLiteral("Fusion"))) {}

void OutlinedStyle::drawPrimitive(PrimitiveElement element, const QStyleOption* option,
                                  QPainter* painter, const QWidget* widget) const {
    QProxyStyle::drawPrimitive(element, option, painter, widget);
    const bool check_box =
        element == PE_IndicatorCheckBox || element == PE_IndicatorItemViewItemCheck;
    if (!check_box || !is_dark(option->palette)) return;
    painter->save();
    painter->setPen(option->palette.color(QPalette::Mid).lighter(130));
    painter->setBrush(Qt::NoBrush);
    painter->drawRect(option->rect.adjusted(0, 0, -1, -1));
    painter->restore();
}

int OutlinedStyle::pixelMetric(PixelMetric metric, const QStyleOption* option,
                               const QWidget* widget) const {
    const int pixels = QProxyStyle::pixelMetric(metric, option, widget);
    const bool tight =
        metric == PM_TabBarTabHSpace && widget != nullptr && widget->property("tight").toBool();
    return tight ? pixels * 2 / 5 : pixels;
}

QIcon OutlinedStyle::standardIcon(StandardPixmap icon, const QStyleOption* option,
                                  const QWidget* widget) const {
    if (icon == SP_TitleBarCloseButton) {
        return grey_icon([](QPainter& painter) {
            painter.drawLine(QPointF(4, 4), QPointF(12, 12));
            painter.drawLine(QPointF(12, 4), QPointF(4, 12));
        });
    }
    if (icon == SP_TitleBarNormalButton) {
        return grey_icon([](QPainter& painter) {
            painter.drawRect(QRectF(3.5, 6.5, 6, 6));
            painter.drawPolyline(QPolygonF({{6.5, 3.5}, {12.5, 3.5}, {12.5, 9.5}}));
        });
    }
    return QProxyStyle::standardIcon(icon, option, widget);
}

}  // namespace headscope::ui
