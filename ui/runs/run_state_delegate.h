#pragma once

#include <QStyledItemDelegate>

namespace headscope::ui {

/// Paints the state of a run, and as a progress bar while that is active (RunModel::ShareRole).
class RunStateDelegate : public QStyledItemDelegate {
    Q_OBJECT

  public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option,
                                 const QModelIndex& index) const override;
};

}  // namespace headscope::ui
