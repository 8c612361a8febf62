#pragma once

#include <QWidget>
#include <memory>
#include <optional>
#include <vector>

#include "core/evaluation/metrics.h"
#include "ui/panel/panel.h"
#include "ui/session/job.h"
#include "ui/tradeoff/removal_front.h"

class QComboBox;
class QLabel;
class QPushButton;

namespace headscope::ui {

/// What merging and removing cost against how much goes: a point for each finished run, a curve for
/// each model, measure and way to merge; and the fronts that `headscope compress` found, each point
/// of which is a plan. A click on a run selects it in its table; that on a point of a front offers
/// its plan.
class TradeoffPanel : public QWidget {
    Q_OBJECT

  public:
    explicit TradeoffPanel(const PanelServices& services, QWidget* parent = nullptr);

    struct Point {
        int run_id = -1;     ///< of a run; -1: of a front
        std::size_t at = 0;  ///< in its front
        double saved = 0.0;  ///< heads, or parameters
        Estimate change;     ///< of perplexity, per cent
        QString text;        ///< of its tool tip
    };
    struct Curve {
        QString name;
        std::shared_ptr<const OpenedFront> front;  ///< null: of runs
        std::vector<Point> points;                 ///< rising
    };
    /// As it is drawn.
    [[nodiscard]] const std::vector<Curve>& curves() const { return curves_; }
    [[nodiscard]] QCustomPlot& plot();
    [[nodiscard]] QString copy_text() const;

    /// Reads a compress.json of the open model in the background and draws it.
    void open_front(const QString& file);
    /// What a click on a point does.
    void choose(const Curve& curve, const Point& point);
    /// Makes the plan of the chosen point that of the session: one undo step.
    void use_plan();

    void save_state(QSettings& settings) const;
    void restore_state(const QSettings& settings);

  protected:
    void showEvent(QShowEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    struct Chosen {
        std::shared_ptr<const OpenedFront> front;
        std::size_t at = 0;
    };

    void connect_services();
    void ask_for_front();
    void take_front(const std::shared_ptr<const OpenedFront>& front);
    void refresh();
    void refresh_note();
    void draw();
    [[nodiscard]] std::vector<Curve> curves_of_runs() const;
    [[nodiscard]] Curve curve_of(const std::shared_ptr<const OpenedFront>& front) const;
    /// The point at a place of the plot, and its curve.
    [[nodiscard]] std::optional<std::pair<const Curve*, const Point*>> point_at(
        QPointF place) const;

    PanelServices services_;
    QComboBox* saved_;
    QPushButton* open_;
    QPushButton* use_;
    QLabel* note_;
    QCustomPlot* plot_;
    std::vector<std::shared_ptr<const OpenedFront>> fronts_;
    std::vector<Curve> curves_;
    std::optional<Chosen> chosen_;
    QString error_;
    Job opening_;
};

/// For the registry of panels.
[[nodiscard]] Panel make_tradeoff_panel(const PanelServices& services);

}  // namespace headscope::ui
