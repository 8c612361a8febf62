#pragma once

#include <QWidget>
#include <memory>
#include <optional>
#include <vector>

#include "ui/measures/damage_store.h"
#include "ui/measures/measure_store.h"
#include "ui/measures/pair_scatter.h"
#include "ui/session/job.h"

class QComboBox;
class QLabel;
class QSettings;

namespace headscope::ui {

class FlowLayout;

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
    /// The row of choices above the plot.
    [[nodiscard]] FlowLayout& choices() { return *choices_; }
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
        std::shared_ptr<const DamageResult> damage;
        std::shared_ptr<const OpenedModel> model;  ///< of a measure; null while it is computed

        [[nodiscard]] bool known() const { return layer || damage || model != nullptr; }
        bool operator==(const Axis&) const = default;
    };
    /// What the points follow from.
    struct Source {
        Axis across;
        Axis upwards;
        std::vector<int> layers;

        bool operator==(const Source&) const = default;
    };

    void refresh_if_visible();
    void plan_changed();
    void refresh();
    void correlate(const std::vector<ScatterPoint>& points);
    void mark_pinned();
    void want(const QComboBox& axis);
    [[nodiscard]] Axis axis(const QComboBox& box) const;
    [[nodiscard]] std::vector<int> layers() const;
    /// The figure of a pair; nothing where it is not known.
    [[nodiscard]] static std::optional<double> figure(const Axis& axis, int layer, int first,
                                                      int second);
    [[nodiscard]] Source source() const;
    [[nodiscard]] std::vector<ScatterPoint> pairs(const Source& source) const;
    void select_merged(std::vector<ScatterPoint>& points) const;
    void draw(std::vector<ScatterPoint> points);

    Session& session_;
    MeasureStore& measures_;
    DamageStore& damage_;
    QComboBox* x_;
    QComboBox* y_;
    QComboBox* scope_;
    FlowLayout* choices_ = nullptr;
    QLabel* note_;
    PairScatter* scatter_;
    Source shown_;
    std::size_t all_pairs_ = 0;
    std::optional<double> correlation_;  ///< absent while it is computed, too
    Job correlating_;
};

}  // namespace headscope::ui
