#pragma once

#include <QString>

#include "ui/heatmap/heatmap_scene.h"

class QCPColorMap;
class QCPColorScale;
class QCPMarginGroup;
class QCustomPlot;

namespace headscope::ui {

class ScaleLabel;

/// Shows a similarity matrix in a plot: square cells, head by head, the first at the top left, and
/// a colour bar beside them. Must live as long as the plot draws. Does not replot.
class HeatmapView {
  public:
    explicit HeatmapView(QCustomPlot& plot);
    HeatmapView(const HeatmapView&) = delete;
    HeatmapView& operator=(const HeatmapView&) = delete;

    /// The cells of `matrix`, of which a copy is made; none where it is null.
    void set_matrix(const SimilarityMatrix* matrix, HeatmapOrder order);
    /// What the ends of a colour scheme stand for.
    void set_colors(ColorScheme scheme, ValueRange range);
    void set_texts(const QString& head, const QString& similarity);
    /// Leaves the colour bar and the names of the axes out, for a place where they would take the
    /// room that the cells need.
    void set_compact(bool compact);
    /// Takes colours and fonts from the plot's widget.
    void apply_style();

    [[nodiscard]] const HeadOrder& order() const { return order_; }
    [[nodiscard]] ValueRange range() const { return range_; }

  private:
    void fill_cells(const SimilarityMatrix* matrix);
    void apply_colors();
    void name_axes();
    void place_square();

    QCustomPlot& plot_;
    QCPColorMap* map_;         ///< owned by the plot
    QCPColorScale* scale_;     ///< likewise
    ScaleLabel* label_;        ///< of the scale, likewise
    QCPMarginGroup* margins_;  ///< likewise
    HeadOrder order_;
    QString head_text_;
    bool compact_ = false;
    ColorScheme scheme_ = ColorScheme::sequential;
    ValueRange range_;
};

}  // namespace headscope::ui
