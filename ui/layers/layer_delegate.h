#pragma once

#include <QStyledItemDelegate>

namespace headscope::ui {

/// Paints a layer as a tile: check box and name, thumbnail, highest similarity, pairs.
class LayerDelegate : public QStyledItemDelegate {
    Q_OBJECT

  public:
    explicit LayerDelegate(QObject* parent = nullptr);

    /// The width that the texts of a tile need in this font, in device-independent pixels.
    [[nodiscard]] int minimum_width(const QStyleOptionViewItem& option) const;
    /// Tiles are so wide, or as wide as their texts need if that is more.
    void set_tile_width(int width) { tile_width_ = width; }

    /// Where the check box of the tile in `option.rect` is and takes clicks.
    [[nodiscard]] QRect check_rect(const QStyleOptionViewItem& option) const;

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option,
                                 const QModelIndex& index) const override;

  private:
    int tile_width_ = 0;
};

}  // namespace headscope::ui
