#pragma once

class QCPColorScale;
class QCustomPlot;

namespace headscope::ui {

/// Gives a colour scale the range and the colours of values from `low` to `high`: sequential, or
/// diverging about 0 where they are signed. What is not a number has the colour of the plot's grid.
/// `low` above `high`: there are no values.
void scale_values(QCPColorScale& scale, const QCustomPlot& plot, double low, double high);

}  // namespace headscope::ui
