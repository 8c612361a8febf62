#pragma once

#include <QColor>
#include <QString>
#include <vector>

#include "ui/runs/run_series.h"

class QCPAxis;
class QCPGraph;
class QCustomPlot;

namespace headscope::ui {

/// Perplexity (left axis) and accuracy (right axis) of finished runs against their thresholds, two
/// curves with error bars for each series of comparable runs.
class ThresholdCurve {
  public:
    enum class Figure {
        change,   ///< against the original: per cent of perplexity, points of accuracy
        absolute  ///< perplexity and per cent; the original as horizontal lines
    };

    explicit ThresholdCurve(QCustomPlot& plot);

    /// Draws these series and no other. Does not replot.
    void show(std::vector<RunSeries> series, Figure figure);
    /// Takes colours and fonts anew from the plot's palette. Does not replot.
    void restyle();
    /// Shows everything, as after show().
    void fit();

  private:
    struct Curve {
        QCPAxis* axis;
        QString name;
        QColor color;
        bool accuracy;
    };

    void draw();
    void draw_series(const RunSeries& series, int index);
    void draw_curve(const Curve& curve, const RunSeries& series);
    void draw_original(const Curve& curve, const RunSeries& series);
    void name_axes();

    QCustomPlot& plot_;
    std::vector<RunSeries> series_;
    Figure figure_ = Figure::change;
};

}  // namespace headscope::ui
