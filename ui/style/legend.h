#pragma once

class QCustomPlot;

namespace headscope::ui {

/// Keeps the legend of a plot from taking the room of its axes: to the right of them where that
/// leaves two thirds of the width, else below them in `columns` columns. The axes keep a height
/// that can be read, so a plot in a scroll area grows with its legend.
void keep_legend_aside(QCustomPlot& plot, int columns);

}  // namespace headscope::ui
