#include "ui/layers/layer_view.h"

#include <QEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QScrollBar>
#include <algorithm>

#include "ui/layers/layer_delegate.h"

namespace headscope::ui {

LayerView::LayerView(QWidget* parent) : QListView(parent), delegate_(new LayerDelegate(this)) {
    setItemDelegate(delegate_);
    setViewMode(QListView::IconMode);
    setMovement(QListView::Static);
    setResizeMode(QListView::Adjust);
    setUniformItemSizes(true);
    setWrapping(true);
    setSpacing(0);
    setSelectionMode(QAbstractItemView::ExtendedSelection);
    setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setMouseTracking(true);  // the style may not ask for hover events, tiles show them
}

QRect LayerView::check_rect(const QModelIndex& index) const {
    QStyleOptionViewItem option;
    initViewItemOption(&option);
    option.rect = visualRect(index);
    return delegate_->check_rect(option);
}

QModelIndex LayerView::check_box_at(const QPoint& position) const {
    const QModelIndex index = indexAt(position);
    return index.isValid() && check_rect(index).contains(position) ? index : QModelIndex();
}

void LayerView::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Space && event->modifiers() == Qt::NoModifier) {
        Q_EMIT toggle_requested();
        event->accept();
        return;
    }
    QListView::keyPressEvent(event);
}

void LayerView::mousePressEvent(QMouseEvent* event) {
    pressed_check_ = event->button() == Qt::LeftButton ? check_box_at(event->position().toPoint())
                                                       : QModelIndex();
    if (!pressed_check_.isValid()) QListView::mousePressEvent(event);
}

void LayerView::mouseReleaseEvent(QMouseEvent* event) {
    if (!pressed_check_.isValid()) {
        QListView::mouseReleaseEvent(event);
        return;
    }
    const QModelIndex index = pressed_check_;
    pressed_check_ = QModelIndex();
    if (check_box_at(event->position().toPoint()) != index) return;
    const bool checked = index.data(Qt::CheckStateRole).toInt() == Qt::Checked;
    model()->setData(index, checked ? Qt::Unchecked : Qt::Checked, Qt::CheckStateRole);
}

void LayerView::mouseDoubleClickEvent(QMouseEvent* event) {
    // The second press of two quick clicks on a check box.
    if (check_box_at(event->position().toPoint()).isValid()) {
        mousePressEvent(event);
        return;
    }
    QListView::mouseDoubleClickEvent(event);
}

void LayerView::resizeEvent(QResizeEvent* event) {
    fit_tiles();
    QListView::resizeEvent(event);
}

void LayerView::changeEvent(QEvent* event) {
    QListView::changeEvent(event);
    if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange) fit_tiles();
}

void LayerView::fit_tiles() {
    // The scroll bar's room is always left free: otherwise tiles would change their size when it
    // comes, which could make it go again.
    const int bar = verticalScrollBar()->sizeHint().width();
    const int room = width() - 2 * frameWidth() - bar - 1;
    QStyleOptionViewItem option;
    initViewItemOption(&option);
    const int columns = std::max(1, room / delegate_->minimum_width(option));
    delegate_->set_tile_width(room / columns);
    scheduleDelayedItemsLayout();
}

}  // namespace headscope::ui
