#pragma once

#include <qcustomplot.h>

namespace headscope::ui {

/// A graph of many points without a line. QCustomPlot draws every point as a shape of its own,
/// which takes 5 to 10 microseconds each; here one picture of a point is stamped everywhere, and
/// where shapes are written (PDF, SVG) all points are handed over together.
class DotGraph : public QCPGraph {
  public:
    DotGraph(QCPAxis* key_axis, QCPAxis* value_axis);

  protected:
    void drawScatterPlot(QCPPainter* painter, const QVector<QPointF>& scatters,
                         const QCPScatterStyle& style) const override;
};

}  // namespace headscope::ui
