#include "ui/heatmap/heatmap_scene.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "core/similarity/cluster_order.h"

namespace headscope::ui {
namespace {

ValueRange off_diagonal_range(const SimilarityMatrix& matrix) {
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    for (int i = 0; i < matrix.heads; ++i) {
        for (int j = i + 1; j < matrix.heads; ++j) {
            low = std::min(low, matrix.at(i, j));
            high = std::max(high, matrix.at(i, j));
        }
    }
    return {low, high};
}

std::vector<int> by_index(int count) {
    std::vector<int> heads(static_cast<std::size_t>(count));
    std::iota(heads.begin(), heads.end(), 0);
    return heads;
}

}  // namespace

ValueRange layer_range(const SimilarityMatrix& matrix) {
    if (matrix.heads < 2) return {0.0, 1.0};
    const ValueRange found = off_diagonal_range(matrix);
    // A scale cannot have its ends in one place.
    constexpr double smallest = 1e-6;
    if (found.high - found.low >= smallest) return found;
    return {found.low - smallest / 2.0, found.high + smallest / 2.0};
}

HeadOrder::HeadOrder(const SimilarityMatrix& matrix, HeatmapOrder order)
    : heads_(order == HeatmapOrder::cluster ? cluster_order(matrix) : by_index(matrix.heads)),
      places_(heads_.size()) {
    for (int place = 0; place < count(); ++place) {
        places_[static_cast<std::size_t>(head_at(place))] = place;
    }
}

QString matrix_text(const SimilarityMatrix& matrix, const HeadOrder& order) {
    QString text = QStringLiteral("head");
    for (int column = 0; column < order.count(); ++column) {
        text += QLatin1Char('\t') + QString::number(order.head_at(column));
    }
    text += QLatin1Char('\n');
    for (int row = 0; row < order.count(); ++row) {
        text += QString::number(order.head_at(row));
        for (int column = 0; column < order.count(); ++column) {
            const double value = matrix.at(order.head_at(row), order.head_at(column));
            text += QLatin1Char('\t') + QString::number(value, 'f', 6);
        }
        text += QLatin1Char('\n');
    }
    return text;
}

}  // namespace headscope::ui
