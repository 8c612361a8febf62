#pragma once

#include <QColor>
#include <QString>
#include <limits>
#include <vector>

#include <qcustomplot.h>

#include "core/evaluation/metrics.h"

/// Curves of figures against the threshold, as the window and charts draw them.
namespace headscope::ui {

struct FigurePoint {
    double threshold = 0.0;
    Estimate figure;  ///< in the units of its axis; what is not finite is left out
};

struct CurveLook {
    QString name;
    QColor color;
    Qt::PenStyle line = Qt::SolidLine;
    QCPScatterStyle marks;
};

/// Filled circles; or open diamonds, on the colour behind them.
[[nodiscard]] QCPScatterStyle filled_marks(const QColor& color);
[[nodiscard]] QCPScatterStyle open_marks(const QColor& color, const QColor& behind);

/// Adds a curve with a whisker at each point whose interval is known. The plot owns it.
QCPGraph* add_figure_curve(QCPAxis* thresholds, QCPAxis* figures,
                           const std::vector<FigurePoint>& points, const CurveLook& look);

/// Adds a dotted line at the original's figure.
void add_original_line(QCPAxis* thresholds, QCPAxis* figures, double value, const QColor& color);

/// The values of an estimate as `factor` * (x + offset).
[[nodiscard]] Estimate scaled(const Estimate& estimate, double offset, double factor);

/// The range of what it was told of.
class FigureRange {
  public:
    /// Leaves out what is not finite.
    void include(double value);
    void include(const Estimate& estimate);

    [[nodiscard]] bool empty() const { return low_ > high_; }
    [[nodiscard]] double low() const { return low_; }
    [[nodiscard]] double high() const { return high_; }
    /// With a tenth more on both sides, at least `least`: room around the data.
    [[nodiscard]] QCPRange widened(double least) const;

  private:
    double low_ = std::numeric_limits<double>::infinity();
    double high_ = -std::numeric_limits<double>::infinity();
};

}  // namespace headscope::ui
