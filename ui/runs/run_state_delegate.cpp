#include "ui/runs/run_state_delegate.h"

#include <QApplication>
#include <QPainter>

#include "ui/runs/run_model.h"
#include "ui/style/plot_style.h"

namespace headscope::ui {

void RunStateDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                             const QModelIndex& index) const {
    const QVariant share = index.data(RunModel::ShareRole);
    if (!share.isValid()) {
        QStyledItemDelegate::paint(painter, option, index);
        return;
    }
    QStyleOptionViewItem item = option;
    initStyleOption(&item, index);
    const QString text = item.text;
    item.text.clear();
    const QStyle* style = item.widget != nullptr ? item.widget->style() : QApplication::style();
    style->drawControl(QStyle::CE_ItemViewItem, &item, painter, item.widget);

    // A native progress bar writes its text twice its colours over a thin bar; here the text has to
    // be read at a glance, so the bar is a quiet ground behind it.
    const QRect bar = item.rect.adjusted(2, 2, -2, -2);
    const bool selected = item.state.testFlag(QStyle::State_Selected);
    const QColor text_color =
        item.palette.color(selected ? QPalette::HighlightedText : QPalette::Text);
    QColor ground = selected ? text_color : plot_colors(item.palette).original;
    QColor frame = text_color;
    ground.setAlphaF(0.35F);
    frame.setAlphaF(0.25F);
    painter->save();
    QRect done = bar;
    done.setWidth(static_cast<int>(share.toDouble() * bar.width()));
    painter->fillRect(
        item.direction == Qt::RightToLeft ? QStyle::visualRect(Qt::RightToLeft, bar, done) : done,
        ground);
    painter->setPen(frame);
    painter->drawRect(bar.adjusted(0, 0, -1, -1));
    painter->setPen(text_color);
    const QRect inside = bar.adjusted(4, 0, -4, 0);
    painter->drawText(inside, static_cast<int>(Qt::AlignCenter),
                      item.fontMetrics.elidedText(text, Qt::ElideRight, inside.width()));
    painter->restore();
}

QSize RunStateDelegate::sizeHint(const QStyleOptionViewItem& option,
                                 const QModelIndex& index) const {
    return QStyledItemDelegate::sizeHint(option, index) + QSize(12, 2);
}

}  // namespace headscope::ui
