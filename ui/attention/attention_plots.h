#pragma once

#include <QString>
#include <memory>
#include <vector>

#include "core/heads/text_attention.h"

class QCPAxisRect;
class QCPColorMap;
class QCustomPlot;

namespace headscope::ui {

/// One head over a text, as it is drawn. Made in the background; never changes.
struct HeadPicture {
    QString name;  ///< "Layer 3, head 5"
    int side = 0;  ///< cells of the matrix along an axis: the tokens, or fewer
    int tokens = 0;
    std::vector<float> rows;  ///< [side, side]: the largest share of the tokens of a cell
    AttentionProfile profile;
};

/// `layer` has the head. Long texts are drawn with several tokens a cell.
[[nodiscard]] HeadPicture picture_of(const LayerAttention& layer, int head, const QString& name);

/// Draws the matrices of one head or two beside each other, and below them how much they attend at
/// each distance, and their entropy along the text.
class AttentionPlots {
  public:
    explicit AttentionPlots(QCustomPlot& plot);

    /// One or two pictures, or none. Does not replot.
    void show(std::vector<std::shared_ptr<const HeadPicture>> heads);
    void restyle();

  private:
    void draw();
    void draw_matrix(QCPAxisRect& rect, const HeadPicture& head, int series);

    QCustomPlot& plot_;
    std::vector<std::shared_ptr<const HeadPicture>> heads_;
};

}  // namespace headscope::ui
