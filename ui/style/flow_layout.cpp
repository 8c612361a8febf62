#include "ui/style/flow_layout.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QStyle>
#include <QWidget>
#include <algorithm>

namespace headscope::ui {

FlowLayout::FlowLayout(QWidget* parent) : QLayout(parent) {}

FlowLayout::~FlowLayout() {
    for (QLayoutItem* item : items_)
        delete item;
}

void FlowLayout::addItem(QLayoutItem* item) {
    items_.push_back(item);
}

void FlowLayout::add_labelled(QLabel* label, QWidget* field) {
    auto* both = new QWidget(parentWidget());
    auto* row = new QHBoxLayout(both);
    row->setContentsMargins({});
    row->addWidget(label);
    row->addWidget(field);
    label->setBuddy(field);
    addWidget(both);
}

void FlowLayout::insert_first(QWidget* widget) {
    if (const QWidget* parent = widget->parentWidget(); parent != nullptr && parent->layout())
        parent->layout()->removeWidget(widget);
    addChildWidget(widget);
    items_.insert(items_.begin(), new QWidgetItem(widget));
    invalidate();
}

int FlowLayout::count() const {
    return static_cast<int>(items_.size());
}

QLayoutItem* FlowLayout::itemAt(int index) const {
    return index >= 0 && index < count() ? items_[static_cast<std::size_t>(index)] : nullptr;
}

QLayoutItem* FlowLayout::takeAt(int index) {
    QLayoutItem* item = itemAt(index);
    if (item != nullptr) items_.erase(items_.begin() + index);
    return item;
}

int FlowLayout::heightForWidth(int width) const {
    const QMargins margins = contentsMargins();
    int height = margins.top() + margins.bottom();
    const auto all = lines(width - margins.left() - margins.right());
    for (const Line& line : all)
        height += line.height;
    return height + std::max(0, spacing()) * std::max(0, static_cast<int>(all.size()) - 1);
}

QSize FlowLayout::minimumSize() const {
    QSize size;
    for (const QLayoutItem* item : items_)
        size = size.expandedTo(item->minimumSize());
    const QMargins margins = contentsMargins();
    return size + QSize(margins.left() + margins.right(), margins.top() + margins.bottom());
}

QSize FlowLayout::sizeHint() const {
    int width = 0;
    for (const QLayoutItem* item : items_) {
        if (!item->isEmpty()) width += item->sizeHint().width() + std::max(0, spacing());
    }
    return {width, heightForWidth(width)};
}

void FlowLayout::setGeometry(const QRect& rect) {
    QLayout::setGeometry(rect);
    const QRect area = rect.marginsRemoved(contentsMargins());
    const auto direction =
        parentWidget() != nullptr ? parentWidget()->layoutDirection() : Qt::LeftToRight;
    int y = area.top();
    for (const Line& line : lines(area.width())) {
        int x = area.left();
        for (std::size_t i = 0; i < line.items.size(); ++i) {
            QLayoutItem* item = line.items[i];
            const QSize size(std::min(line.widths[i], area.width()), item->sizeHint().height());
            const QRect place(QPoint(x, y + (line.height - size.height()) / 2), size);
            item->setGeometry(QStyle::visualRect(direction, area, place));
            x += size.width() + std::max(0, spacing());
        }
        y += line.height + std::max(0, spacing());
    }
}

std::vector<FlowLayout::Line> FlowLayout::lines(int width) const {
    std::vector<Line> all = lines(width, /*narrow=*/false);
    if (!shrinking_ || all.size() < 2) return all;
    all = lines(width, /*narrow=*/true);
    for (Line& line : all)
        widen(line, width);
    return all;
}

std::vector<FlowLayout::Line> FlowLayout::lines(int width, bool narrow) const {
    std::vector<Line> all;
    int used = 0;
    for (QLayoutItem* item : items_) {
        if (item->isEmpty()) continue;
        const int least = narrow ? item->minimumSize().width() : item->sizeHint().width();
        if (all.empty() || used + least > width) {
            all.emplace_back();
            used = 0;
        }
        all.back().items.push_back(item);
        all.back().widths.push_back(least);
        all.back().height = std::max(all.back().height, item->sizeHint().height());
        used += least + std::max(0, spacing());
    }
    return all;
}

/// Gives what is left of the width to items that want more, each the same share of what it wants.
void FlowLayout::widen(Line& line, int width) const {
    int left = width - std::max(0, spacing()) * (static_cast<int>(line.items.size()) - 1);
    int wanted = 0;
    for (std::size_t i = 0; i < line.items.size(); ++i) {
        left -= line.widths[i];
        wanted += std::max(0, line.items[i]->sizeHint().width() - line.widths[i]);
    }
    for (std::size_t i = 0; i < line.items.size() && wanted > 0; ++i) {
        const int own = std::max(0, line.items[i]->sizeHint().width() - line.widths[i]);
        const int given = std::min(own, std::max(0, left) * own / wanted);
        left -= given;
        wanted -= own;
        line.widths[i] += given;
    }
}

}  // namespace headscope::ui
