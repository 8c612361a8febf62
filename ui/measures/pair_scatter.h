#pragma once

#include <QString>
#include <QWidget>
#include <optional>
#include <vector>

class QCPGraph;
class QCustomPlot;

namespace headscope::ui {

/// One pair of heads in a scatter plot.
struct ScatterPoint {
    int layer = 0;
    int first = 0;
    int second = 0;
    double x = 0.0;
    double y = 0.0;
    bool selected = false;  ///< by the present plan
};

/// Pairs of heads by two figures of them. Hovering names the pair, clicking chooses it.
class PairScatter : public QWidget {
    Q_OBJECT

  public:
    /// More than these would take more than a frame or two to draw.
    static constexpr std::size_t kMostPoints = 20'000;

    /// At most kMostPoints of some, evenly spread over the list.
    [[nodiscard]] static std::vector<ScatterPoint> thinned(std::vector<ScatterPoint> points);

    explicit PairScatter(QWidget* parent = nullptr);

    [[nodiscard]] QCustomPlot& plot() { return *plot_; }

    void show(std::vector<ScatterPoint> points, const QString& x_title, const QString& y_title);
    /// Marks one pair, or none.
    void mark(std::optional<ScatterPoint> point);
    /// What is drawn.
    [[nodiscard]] const std::vector<ScatterPoint>& points() const { return points_; }
    /// The point within a few pixels of a place of the widget.
    [[nodiscard]] std::optional<ScatterPoint> point_at(const QPointF& position) const;

  Q_SIGNALS:
    void chosen(int layer, int first, int second);

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    void restyle();
    void fit();

    QCustomPlot* plot_;
    QCPGraph* others_ = nullptr;  ///< all owned by the plot
    QCPGraph* selected_ = nullptr;
    QCPGraph* marked_ = nullptr;
    std::vector<ScatterPoint> points_;
    std::size_t drawn_ = 0;
};

}  // namespace headscope::ui
