#pragma once

#include <QPoint>
#include <optional>
#include <vector>

class QCustomPlot;

namespace headscope::ui {

/// What is drawn over the cells. Cells are (column, row) places; each stands for itself and for its
/// mirror image across the diagonal.
struct HeatmapMarks {
    int count = 0;               ///< heads
    int heads_per_group = 0;     ///< between separators; 0 for no separators
    std::vector<QPoint> merged;  ///< the plan's pairs, one cell each
    bool faint = false;          ///< the plan does not count for this layer
    std::optional<QPoint> pinned;
    std::optional<QPoint> cursor;  ///< the cell under the pointer or the keyboard's
};

/// Draws the marks over the first axis rect of `plot`, whose axes count places. The plot owns what
/// draws; `marks` must live as long. The separators, the plan and the pin are in the layer "marks",
/// the cross-hair is in "cursor", so that it moves without anything else being drawn again.
void add_heatmap_overlay(QCustomPlot& plot, const HeatmapMarks& marks);

}  // namespace headscope::ui
