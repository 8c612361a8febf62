#include "ui/style/value_colors.h"

#include <algorithm>
#include <cmath>

#include <qcustomplot.h>

#include "ui/style/color_map.h"
#include "ui/style/plot_style.h"

namespace headscope::ui {

void scale_values(QCPColorScale& scale, const QCustomPlot& plot, double low, double high) {
    const ValueRange range = low < high    ? scheme_range(ColorScheme::automatic, low, high)
                             : low == high ? ValueRange{low, low + std::max(1.0, std::abs(low))}
                                           : ValueRange();
    QCPColorGradient gradient;
    QMap<double, QColor> stops;
    const ColorScheme scheme = drawn_scheme(ColorScheme::automatic, low < 0.0 ? low : 0.0);
    for (int i = 0; i <= 64; ++i)
        stops.insert(i / 64.0, QColor(scheme_color(scheme, i / 64.0)));
    gradient.setColorStops(stops);
    gradient.setNanHandling(QCPColorGradient::nhNanColor);
    gradient.setNanColor(plot_colors(plot.palette()).grid);
    scale.setGradient(gradient);
    scale.setDataRange(QCPRange(range.low, range.high));
}

}  // namespace headscope::ui
