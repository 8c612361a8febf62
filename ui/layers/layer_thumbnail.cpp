#include "ui/layers/layer_thumbnail.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace headscope::ui {

namespace {

ThumbnailRange range_of(double low, double high, ColorScheme scheme) {
    if (scheme == ColorScheme::diverging) {
        high = std::max(std::abs(low), std::abs(high));
        low = -high;
    }
    if (low >= high) return {};
    return {low, high};
}

}  // namespace

ThumbnailRange thumbnail_range(const OpenedModel& model, ColorScheme scheme) {
    double low = 1.0;
    double high = -1.0;
    for (const RankedPairs& layer : model.ranked) {
        if (layer.all().empty()) continue;
        high = std::max(high, layer.all().front().similarity);
        low = std::min(low, layer.all().back().similarity);
    }
    return range_of(low, high, scheme);
}

ThumbnailRange thumbnail_range(const std::vector<std::shared_ptr<const SimilarityMatrix>>& matrices,
                               ColorScheme scheme) {
    double low = 1.0;
    double high = -1.0;
    for (const auto& matrix : matrices) {
        for (int i = 0; i < matrix->heads; ++i) {
            for (int j = i + 1; j < matrix->heads; ++j) {
                low = std::min(low, matrix->at(i, j));
                high = std::max(high, matrix->at(i, j));
            }
        }
    }
    return range_of(low, high, scheme);
}

QImage make_thumbnail(const SimilarityMatrix& matrix, ThumbnailRange range, ColorScheme scheme) {
    std::array<QRgb, 256> colors{};
    const double last = static_cast<double>(colors.size() - 1);
    for (std::size_t i = 0; i < colors.size(); ++i) {
        colors[i] = scheme_color(scheme, static_cast<double>(i) / last);
    }
    QImage image(matrix.heads, matrix.heads, QImage::Format_RGB32);
    const double scale = last / (range.high - range.low);
    const double* value = matrix.values.data();
    for (int row = 0; row < matrix.heads; ++row) {
        auto* pixel = reinterpret_cast<QRgb*>(image.scanLine(row));
        for (int column = 0; column < matrix.heads; ++column) {
            const double level = std::clamp((*value++ - range.low) * scale, 0.0, last);
            *pixel++ = colors[static_cast<std::size_t>(std::lround(level))];
        }
    }
    return image;
}

}  // namespace headscope::ui
