#pragma once

#include <QString>
#include <vector>

#include "core/similarity/similarity.h"
#include "ui/style/color_map.h"

namespace headscope::ui {

enum class HeatmapOrder {
    index,    ///< head 0, 1, 2, ...
    cluster,  ///< alike heads side by side, see core/similarity/cluster_order.h
};

/// Which similarities the ends of the colour scheme stand for.
enum class HeatmapRange {
    model,             ///< the lowest and the highest of all layers, so that layers compare
    layer,             ///< the lowest and the highest of the layer shown
    minus_one_to_one,  ///< all that a cosine can be
    zero_to_one,
};

/// How the user wants heatmaps to look.
struct HeatmapOptions {
    HeatmapOrder order = HeatmapOrder::index;
    ColorScheme colors = ColorScheme::automatic;
    HeatmapRange range = HeatmapRange::model;
    bool separators = true;

    bool operator==(const HeatmapOptions&) const = default;
};

/// Of two different heads of one layer. Never empty: where all similarities are the same, a little
/// is added on both sides. [0, 1] for fewer than two heads.
[[nodiscard]] ValueRange layer_range(const SimilarityMatrix& matrix);

/// Where each head stands in a heatmap: its place, counted from the top left.
class HeadOrder {
  public:
    HeadOrder() = default;
    HeadOrder(const SimilarityMatrix& matrix, HeatmapOrder order);

    [[nodiscard]] int count() const { return static_cast<int>(heads_.size()); }
    [[nodiscard]] int head_at(int place) const { return heads_[static_cast<std::size_t>(place)]; }
    [[nodiscard]] int place_of(int head) const { return places_[static_cast<std::size_t>(head)]; }

  private:
    std::vector<int> heads_;   ///< [place]
    std::vector<int> places_;  ///< [head]
};

/// The matrix in an order, as tab-separated values with head numbers: 6 digits, C locale.
[[nodiscard]] QString matrix_text(const SimilarityMatrix& matrix, const HeadOrder& order);

}  // namespace headscope::ui
