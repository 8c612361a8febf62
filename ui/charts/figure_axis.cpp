#include "ui/charts/figure_axis.h"

#include <algorithm>
#include <cmath>

#include <qcustomplot.h>

#include "ui/runs/figure_curve.h"

namespace headscope::ui {

void set_figure_range(QCPAxis& axis, const FigureRange& range) {
    constexpr double kWide = 30.0;
    if (range.empty()) return;
    if (range.low() > 0.0 && range.high() > kWide * range.low()) {
        axis.setScaleType(QCPAxis::stLogarithmic);
        axis.setTicker(QSharedPointer<QCPAxisTickerLog>::create());
        axis.setNumberFormat(QStringLiteral("eb"));
        axis.setNumberPrecision(0);
        axis.setRange(range.low() / 1.5, range.high() * 1.5);
        return;
    }
    const double largest = std::max(std::abs(range.low()), std::abs(range.high()));
    axis.setRange(range.widened(std::max(largest * 1e-5, 1e-5)));
    if (largest < 1e5) return;
    // "1,500,000", or "2e+09" where that is too wide
    axis.setNumberFormat(largest < 1e8 ? QStringLiteral("f") : QStringLiteral("eb"));
    axis.setNumberPrecision(largest < 1e8 ? 0 : 1);
}

}  // namespace headscope::ui
