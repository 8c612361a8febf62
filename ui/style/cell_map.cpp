#include "ui/style/cell_map.h"

#include <algorithm>

namespace headscope::ui {

CellMap::CellMap(QCPAxis* key_axis, QCPAxis* value_axis) : QCPColorMap(key_axis, value_axis) {
    setInterpolate(false);
    setAntialiased(false);
}

QRectF CellMap::image_rect() const {
    const QRectF centers(coordsToPixels(mMapData->keyRange().lower, mMapData->valueRange().lower),
                         coordsToPixels(mMapData->keyRange().upper, mMapData->valueRange().upper));
    // The range reaches from the centre of the first cell to that of the last.
    const QRectF between = centers.normalized();
    const auto half = [](double length, int cells) {
        return cells > 1 ? 0.5 * length / (cells - 1) : 0.0;
    };
    const double x = half(between.width(), mMapData->keySize());
    const double y = half(between.height(), mMapData->valueSize());
    return between.adjusted(-x, -y, x, y);
}

void CellMap::draw(QCPPainter* painter) {
    const bool upright = keyAxis()->orientation() == Qt::Horizontal;
    if (!painter->modes().testFlag(QCPPainter::pmVectorized) || !upright || mMapData->isEmpty() ||
        mMapData->keySize() < 2 || mMapData->valueSize() < 2) {
        QCPColorMap::draw(painter);
        return;
    }
    if (mMapImageInvalidated) updateMapImage();
    // Viewers blur a picture that they enlarge: one with some pixels a cell shows it at the edges
    // only.
    constexpr int kSharpPixels = 1000;
    const int longest = std::max({mMapImage.width(), mMapImage.height(), 1});
    const int factor = std::max(1, kSharpPixels / longest);
    const QImage cells =
        mMapImage.mirrored(keyAxis()->rangeReversed(), valueAxis()->rangeReversed())
            .scaled(mMapImage.size() * factor, Qt::IgnoreAspectRatio, Qt::FastTransformation);
    painter->drawImage(image_rect(), cells);
}

}  // namespace headscope::ui
