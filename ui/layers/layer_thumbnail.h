#pragma once

#include <QImage>
#include <memory>
#include <vector>

#include "ui/session/opened_model.h"
#include "ui/style/color_map.h"

namespace headscope::ui {

/// From the lowest to the highest off-diagonal similarity of all layers, so that thumbnails can be
/// compared with each other and small similarities still show; symmetric about 0 for a diverging
/// scheme. O(layers).
[[nodiscard]] ValueRange thumbnail_range(const OpenedModel& model, ColorScheme scheme);

/// The same of matrices of which nothing is sorted. O(heads^2 layers).
[[nodiscard]] ValueRange thumbnail_range(
    const std::vector<std::shared_ptr<const SimilarityMatrix>>& matrices, ColorScheme scheme);

/// One pixel for each two heads; head 0 is at the top left. Values outside the range, such as the
/// diagonal's, have the colour of its end.
[[nodiscard]] QImage make_thumbnail(const SimilarityMatrix& matrix, ValueRange range,
                                    ColorScheme scheme);

}  // namespace headscope::ui
