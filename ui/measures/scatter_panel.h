#pragma once

#include <QWidget>
#include <optional>

#include "ui/measures/damage_store.h"
#include "ui/measures/measure_store.h"
#include "ui/measures/pair_scatter.h"

class QComboBox;
class QLabel;
class QSettings;

namespace headscope::ui {

/// All pairs of heads, of one layer or of those that are included, by two figures of choice: any
/// measure, the layer, or the damage that was measured.
class ScatterPanel : public QWidget {
    Q_OBJECT

  public:
    ScatterPanel(Session& session, MeasureStore& measures, DamageStore& damage,
                 QWidget* parent = nullptr);

    [[nodiscard]] QCustomPlot& plot();
    [[nodiscard]] PairScatter& scatter() { return *scatter_; }
    [[nodiscard]] QComboBox& x_axis() { return *x_; }
    [[nodiscard]] QComboBox& y_axis() { return *y_; }
    [[nodiscard]] QComboBox& scope() { return *scope_; }
    /// How many pairs are shown and how the two figures go together, or what is missing.
    [[nodiscard]] QString note() const;
    /// Every pair with both figures, also those that are thinned out of the plot.
    [[nodiscard]] QString copy_text() const;

    void save_state(QSettings& settings) const;
    void restore_state(const QSettings& settings);

  protected:
    void showEvent(QShowEvent* event) override;

  private:
    /// What an axis shows, looked up once for all pairs.
    struct Axis {
        bool layer = false;
        bool damage = false;
        std::shared_ptr<const OpenedModel> model;  ///< of a measure; null while it is computed

        [[nodiscard]] bool known() const { return layer || damage || model != nullptr; }
    };

    void refresh_if_visible();
    void plan_changed();
    void refresh();
    void mark_pinned();
    void want(const QComboBox& axis);
    [[nodiscard]] Axis axis(const QComboBox& box) const;
    [[nodiscard]] std::vector<int> layers() const;
    /// The figure of a pair; nothing where it is not known.
    [[nodiscard]] std::optional<double> figure(const Axis& axis, int layer, int first,
                                               int second) const;
    [[nodiscard]] std::optional<double> damage_of(int layer, int first, int second) const;
    [[nodiscard]] std::vector<ScatterPoint> pairs() const;
    void select_merged(std::vector<ScatterPoint>& points) const;
    void draw(std::vector<ScatterPoint> points);

    Session& session_;
    MeasureStore& measures_;
    DamageStore& damage_;
    QComboBox* x_;
    QComboBox* y_;
    QComboBox* scope_;
    QLabel* note_;
    PairScatter* scatter_;
    std::vector<int> shown_layers_;
    std::size_t all_pairs_ = 0;
    std::optional<double> correlation_;
};

}  // namespace headscope::ui
