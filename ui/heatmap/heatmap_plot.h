#pragma once

#include <QWidget>
#include <memory>
#include <optional>

#include "ui/heatmap/heatmap_overlay.h"
#include "ui/heatmap/heatmap_scene.h"
#include "ui/session/opened_model.h"
#include "ui/session/session.h"

class QCustomPlot;

namespace headscope::ui {

class HeatmapNavigation;
class HeatmapView;

/// The heads of a cell of a heatmap; the same head twice on the diagonal.
struct HeatmapCell {
    int row = 0;
    int column = 0;

    bool operator==(const HeatmapCell&) const = default;
};

/// The similarity of every two heads of one layer as a square of coloured cells, head by head, the
/// first at the top left. Knows no session.
class HeatmapPlot : public QWidget {
    Q_OBJECT

  public:
    explicit HeatmapPlot(QWidget* parent = nullptr);
    ~HeatmapPlot() override;

    [[nodiscard]] QCustomPlot& plot() { return *plot_; }

    /// Shows one matrix of a model (null for none), which is kept alive. `heads_per_kv_head` heads
    /// lie between two separators.
    void show_layer(std::shared_ptr<const OpenedModel> model, int layer, int heads_per_kv_head);
    void set_options(const HeatmapOptions& options);
    /// Outlines the pairs of the layer's plan, faintly where the plan leaves the layer out.
    void set_plan(const LayerPlan* plan, bool included);
    void set_pinned(const std::optional<HeadsOfInterest>& heads);
    void reset_zoom();
    [[nodiscard]] bool zoomed() const;

    /// The heads of the cell under the pointer or the keyboard's cursor.
    [[nodiscard]] std::optional<HeatmapCell> current() const;
    [[nodiscard]] const HeadOrder& order() const;
    /// What the colours' ends stand for.
    [[nodiscard]] ValueRange range() const;
    /// What is drawn over the cells.
    [[nodiscard]] const HeatmapMarks& marks() const { return marks_; }

  Q_SIGNALS:
    void current_changed();
    /// The user wants another pair pinned, or none.
    void pin_chosen(std::optional<headscope::ui::HeadsOfInterest> heads);
    void view_changed();

  protected:
    void resizeEvent(QResizeEvent* event) override;

  private:
    void connect_navigation();
    void apply_order();
    [[nodiscard]] ValueRange wanted_range() const;
    void apply_colors();
    void restyle();
    void set_texts();
    void replot_layer(const QString& name);
    void toggle_pin(QPoint cell);
    [[nodiscard]] const SimilarityMatrix* matrix() const;
    [[nodiscard]] QPoint cell_of(int row_head, int column_head) const;
    void update_marks();

    QCustomPlot* plot_;
    std::unique_ptr<HeatmapView> view_;
    HeatmapNavigation* navigation_;
    std::shared_ptr<const OpenedModel> model_;
    int layer_ = 0;
    int heads_per_kv_head_ = 1;
    HeatmapOptions options_;
    HeatmapMarks marks_;
    std::vector<HeadPair> pairs_;
    std::optional<HeadsOfInterest> pinned_;
    std::optional<HeadsOfInterest> pinned_before_click_;
};

}  // namespace headscope::ui
