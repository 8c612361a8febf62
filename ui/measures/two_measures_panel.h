#pragma once

#include <QWidget>
#include <array>

#include "ui/heatmap/heatmap_plot.h"
#include "ui/measures/measure_box.h"
#include "ui/measures/measure_store.h"

class QLabel;
class QSettings;

namespace headscope::ui {

/// The focused layer under two measures side by side: the pair under the pointer in one is marked
/// in the other, and the rank correlation says how far the two agree.
class TwoMeasuresPanel : public QWidget {
    Q_OBJECT

  public:
    TwoMeasuresPanel(Session& session, MeasureStore& measures, QWidget* parent = nullptr);

    [[nodiscard]] MeasureBox& box(int side) { return *sides_[index(side)].box; }
    [[nodiscard]] HeatmapPlot& heatmap(int side) { return *sides_[index(side)].heatmap; }
    /// "Rank correlation ...", or what is missing.
    [[nodiscard]] QString note() const;
    /// The pair under the pointer, or the pinned one, by both measures.
    [[nodiscard]] QString readout() const;

    /// The pairs of the layer with both similarities, as tab-separated values: 6 digits, C locale.
    [[nodiscard]] QString copy_text() const;

    void save_state(QSettings& settings) const;
    void restore_state(const QSettings& settings);

  protected:
    void showEvent(QShowEvent* event) override;

  private:
    struct Side {
        MeasureBox* box = nullptr;
        HeatmapPlot* heatmap = nullptr;
    };

    static std::size_t index(int side) { return static_cast<std::size_t>(side); }
    void add_side(int side, Measure measure);
    void refresh_if_visible();
    void refresh();
    void link(int from, int to);
    void show_readout();
    [[nodiscard]] const SimilarityMatrix* matrix(int side) const;

    Session& session_;
    MeasureStore& measures_;
    std::array<Side, 2> sides_;
    QLabel* note_;
    QLabel* readout_;
};

struct Panel;
struct PanelServices;

/// For the registry of panels.
[[nodiscard]] Panel make_two_measures_panel(const PanelServices& services);

}  // namespace headscope::ui
