#include "ui/layers/layer_delegate.h"

#include <QApplication>
#include <QPainter>
#include <algorithm>
#include <cmath>

#include "ui/layers/layer_model.h"
#include "ui/style/text.h"

namespace headscope::ui {
namespace {

constexpr int kGap = 2;     ///< between a tile and the edge of its cell
constexpr int kMargin = 6;  ///< between a cell's edge and its contents

QFont bold(QFont font) {
    font.setBold(true);
    return font;
}

const QStyle& style_of(const QStyleOptionViewItem& option) {
    return option.widget != nullptr ? *option.widget->style() : *QApplication::style();
}

QSize indicator_size(const QStyleOptionViewItem& option) {
    const QStyle& style = style_of(option);
    return {style.pixelMetric(QStyle::PM_IndicatorWidth, &option, option.widget),
            style.pixelMetric(QStyle::PM_IndicatorHeight, &option, option.widget)};
}

/// Where the parts of a tile are.
struct Tile {
    explicit Tile(const QStyleOptionViewItem& option) {
        const QFontMetrics metrics(bold(option.font));
        const QSize check_size = indicator_size(option);
        const int title_height = std::max(metrics.height(), check_size.height());
        const QRect inside = option.rect.adjusted(kMargin, kMargin, -kMargin, -kMargin);
        frame = option.rect.adjusted(kGap, kGap, -kGap, -kGap);
        check = QRect(inside.left(), inside.top() + (title_height - check_size.height()) / 2,
                      check_size.width(), check_size.height());
        title = QRect(check.right() + kMargin, inside.top(),
                      inside.right() - check.right() - kMargin + 1, title_height);
        thumbnail =
            QRect(inside.left(), title.bottom() + 1 + kMargin / 2, inside.width(), inside.width());
        highest = QRect(inside.left(), thumbnail.bottom() + 1 + kMargin / 2, inside.width(),
                        metrics.height());
        pairs = highest.translated(0, highest.height());
    }

    QRect frame, check, title, thumbnail, highest, pairs;
};

QColor faded(QColor color, float alpha) {
    color.setAlphaF(alpha);
    return color;
}

QPalette::ColorGroup group_of(const QStyleOptionViewItem& option) {
    if (!option.state.testFlag(QStyle::State_Enabled)) return QPalette::Disabled;
    return option.state.testFlag(QStyle::State_Active) ? QPalette::Active : QPalette::Inactive;
}

/// Selection and hovering as a fill, the focused layer as a frame: all three can be seen at once
/// and leave the texts readable.
void paint_background(QPainter& painter, const Tile& tile, const QStyleOptionViewItem& option,
                      bool focused) {
    const QColor accent = option.palette.color(group_of(option), QPalette::Highlight);
    const bool selected = option.state.testFlag(QStyle::State_Selected);
    const bool hovered = option.state.testFlag(QStyle::State_MouseOver);
    if (selected || hovered) painter.fillRect(tile.frame, faded(accent, selected ? 0.25F : 0.1F));
    if (!focused) return;
    painter.setPen(QPen(accent, 2.0, Qt::SolidLine, Qt::SquareCap, Qt::MiterJoin));
    painter.drawRect(QRectF(tile.frame).adjusted(1.0, 1.0, -1.0, -1.0));
}

void paint_check(QPainter& painter, const Tile& tile, const QStyleOptionViewItem& option,
                 bool checked) {
    QStyleOptionViewItem check = option;
    check.rect = tile.check;
    check.state &= ~(QStyle::State_HasFocus | QStyle::State_Selected);
    check.state |= checked ? QStyle::State_On : QStyle::State_Off;
    style_of(option).drawPrimitive(QStyle::PE_IndicatorItemViewItemCheck, &check, &painter,
                                   option.widget);
}

/// Cells are whole device pixels wide where there is room for that; otherwise they are averaged,
/// because leaving some out could hide a pair.
void paint_thumbnail(QPainter& painter, const QRect& place, const QImage& image, bool included) {
    if (image.isNull()) return;
    const double ratio = painter.device()->devicePixelRatioF();
    const int room = static_cast<int>(place.width() * ratio);
    const int cell = room / image.width();
    const double size = cell > 0 ? cell * image.width() / ratio : place.width();
    const auto snapped = [ratio](double position) { return std::floor(position * ratio) / ratio; };
    const QRectF target(snapped(place.left() + (place.width() - size) / 2),
                        snapped(place.top() + (place.height() - size) / 2), size, size);
    painter.setRenderHint(QPainter::SmoothPixmapTransform, cell == 0);
    painter.setOpacity(included ? 1.0 : 0.3);
    painter.drawImage(target, image);
    painter.setOpacity(1.0);
}

void paint_line(QPainter& painter, const QRect& place, const QFont& font, const QColor& color,
                Qt::Alignment alignment, const QString& text) {
    painter.setFont(font);
    painter.setPen(color);
    const QString shown = QFontMetrics(font).elidedText(text, Qt::ElideRight, place.width());
    painter.drawText(place, static_cast<int>(alignment | Qt::AlignVCenter), shown);
}

/// "8 pairs"; with the layer's own threshold "8 pairs >= 0.9125", or where that is too wide,
/// "8 >= 0.9125".
QString pairs_text(int pairs, const QVariant& own_threshold, const QFontMetrics& metrics,
                   int width) {
    const QString text = LayerDelegate::tr("%Ln pair(s)", nullptr, pairs);
    if (!own_threshold.isValid()) return text;
    const QString from = QStringLiteral(" \u2265 ") + threshold_text(own_threshold.toDouble());
    return metrics.horizontalAdvance(text + from) <= width ? text + from : count_text(pairs) + from;
}

}  // namespace

LayerDelegate::LayerDelegate(QObject* parent) : QStyledItemDelegate(parent) {}

int LayerDelegate::minimum_width(const QStyleOptionViewItem& option) const {
    const QFontMetrics metrics(bold(option.font));
    const int title = indicator_size(option).width() + kMargin +
                      metrics.horizontalAdvance(LayerModel::tr("Layer %1").arg(88));
    const int highest =
        QFontMetrics(option.font).horizontalAdvance(tr("max %1").arg(similarity_text(-0.8888)));
    return std::max(title, highest) + 2 * kMargin;
}

QRect LayerDelegate::check_rect(const QStyleOptionViewItem& option) const {
    return Tile(option).check.adjusted(-kMargin + kGap, -kMargin + kGap, kMargin / 2, kMargin / 2);
}

void LayerDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                          const QModelIndex& index) const {
    const bool included = index.data(Qt::CheckStateRole).toInt() == Qt::Checked;
    const bool focused = index.data(LayerModel::FocusedRole).toBool();
    const int pairs = index.data(LayerModel::PairsRole).toInt();
    const QColor text = option.palette.color(group_of(option), QPalette::Text);
    const QColor quiet = faded(text, 0.75F);
    const QColor faint = faded(text, 0.45F);
    const bool emphasised = included && pairs > 0;
    const Tile tile(option);

    painter->save();
    painter->setClipRect(option.rect);
    paint_background(*painter, tile, option, focused);
    paint_check(*painter, tile, option, included);
    paint_line(*painter, tile.title, focused ? bold(option.font) : option.font,
               included ? text : faint, Qt::AlignLeft, index.data().toString());
    paint_thumbnail(*painter, tile.thumbnail, index.data(LayerModel::ThumbnailRole).value<QImage>(),
                    included);
    const double highest = index.data(LayerModel::HighestRole).toDouble();
    paint_line(*painter, tile.highest, option.font, included ? quiet : faint, Qt::AlignHCenter,
               tr("max %1").arg(similarity_text(highest)));
    const QFont pairs_font = emphasised ? bold(option.font) : option.font;
    paint_line(*painter, tile.pairs, pairs_font, emphasised ? text : faint, Qt::AlignHCenter,
               pairs_text(pairs, index.data(LayerModel::ThresholdRole), QFontMetrics(pairs_font),
                          tile.pairs.width()));
    if (option.state.testFlag(QStyle::State_HasFocus)) {
        QStyleOptionFocusRect focus;
        focus.QStyleOption::operator=(option);
        focus.rect = tile.title.adjusted(-2, 0, 0, 0);
        focus.backgroundColor = option.palette.color(QPalette::Base);
        style_of(option).drawPrimitive(QStyle::PE_FrameFocusRect, &focus, painter, option.widget);
    }
    painter->restore();
}

QSize LayerDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const {
    QStyleOptionViewItem placed = option;
    placed.rect = QRect(0, 0, std::max(tile_width_, minimum_width(option)), 0);
    return {placed.rect.width(), Tile(placed).pairs.bottom() + 1 + kMargin};
}

}  // namespace headscope::ui
