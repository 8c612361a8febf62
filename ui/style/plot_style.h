#pragma once

#include <QColor>
#include <QPalette>

class QCPColorScale;
class QCustomPlot;

namespace headscope::ui {

/// The colours of plots, made to go with a palette: light or dark, and told apart by colour-blind
/// eyes (after Okabe and Ito, https://jfly.uni-koeln.de/color/).
struct PlotColors {
    QColor background;
    QColor text;
    QColor grid;
    QColor original;   ///< curves of the unmodified model
    QColor merged;     ///< curves and marks of merged variants
    QColor threshold;  ///< the threshold line, the pinned pair
    QColor faint;      ///< bars and bands behind
};

[[nodiscard]] bool is_dark(const QPalette& palette);
[[nodiscard]] PlotColors plot_colors(const QPalette& palette);

/// The colour of run number `index` in a comparison: eight of them, then again.
[[nodiscard]] QColor series_color(int index, const QPalette& palette);

/// Gives axes, labels, grid, legend and background of a plot the colours and the font of its
/// widget. Does not replot.
void style_plot(QCustomPlot& plot);

/// The same of a colour scale of that plot.
void style_color_scale(QCPColorScale& scale, const QCustomPlot& plot);

}  // namespace headscope::ui
