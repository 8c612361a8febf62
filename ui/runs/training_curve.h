#pragma once

#include <vector>

#include "ui/runs/run.h"

class QCustomPlot;

namespace headscope::ui {

/// KL divergence against the steps of a distillation, two curves a run: on held-out text, with a
/// mark at each measurement and an open one at the best, and of the steps as they went.
class TrainingCurve {
  public:
    explicit TrainingCurve(QCustomPlot& plot);

    /// Draws those of these runs that have such a curve. Does not replot.
    void show(std::vector<const Run*> runs);
    /// Takes colours and fonts anew from the plot's palette. Does not replot.
    void restyle();
    /// Shows everything.
    void fit();

  private:
    void draw_run(const Run& run, int index);
    void name_axes();

    QCustomPlot& plot_;
};

}  // namespace headscope::ui
