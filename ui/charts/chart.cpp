#include "ui/charts/chart.h"

#include <QBuffer>

namespace headscope::ui {

QImage draw(const Chart& chart, ChartTheme theme) {
    QImage image(chart.size * kChartScale, QImage::Format_RGB32);
    image.setDevicePixelRatio(kChartScale);
    chart.paint(image, theme);
    return image;
}

std::string png_bytes(const QImage& image) {
    QImage plain = image;
    plain.setDevicePixelRatio(1.0);
    // 96 dots an inch at scale 1, so that a text processor shows it in its size.
    constexpr double kDotsPerMetre = kChartScale * 96.0 / 0.0254;
    plain.setDotsPerMeterX(qRound(kDotsPerMetre));
    plain.setDotsPerMeterY(qRound(kDotsPerMetre));
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    plain.save(&buffer, "PNG");
    return bytes.toStdString();
}

}  // namespace headscope::ui
