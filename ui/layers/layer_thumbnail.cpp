#include "ui/layers/layer_thumbnail.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace headscope::ui {

ValueRange thumbnail_range(const OpenedModel& model, ColorScheme scheme) {
    const auto range = model.similarity_range();
    return range ? scheme_range(scheme, range->first, range->second) : ValueRange();
}

ValueRange thumbnail_range(const std::vector<std::shared_ptr<const SimilarityMatrix>>& matrices,
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
    return low > high ? ValueRange() : scheme_range(scheme, low, high);
}

QImage make_thumbnail(const SimilarityMatrix& matrix, ValueRange range, ColorScheme scheme) {
    std::array<QRgb, 256> colors{};
    const double last = static_cast<double>(colors.size() - 1);
    const ColorScheme drawn = drawn_scheme(scheme, range.low);
    for (std::size_t i = 0; i < colors.size(); ++i) {
        colors[i] = scheme_color(drawn, static_cast<double>(i) / last);
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
