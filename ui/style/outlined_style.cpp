#include "ui/style/outlined_style.h"

#include <QPainter>
#include <QStyleFactory>
#include <QStyleOption>

#include "ui/style/plot_style.h"

namespace headscope::ui {

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

}  // namespace headscope::ui
