#include "ui/distribution/interval_mark.h"

#include <QPainter>
#include <algorithm>
#include <cmath>

#include "ui/style/plot_style.h"

namespace headscope::ui {

IntervalMark::IntervalMark(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void IntervalMark::set_ratio(const std::optional<Estimate>& ratio) {
    change_.reset();
    if (ratio) change_ = Estimate{ratio->value - 1.0, ratio->low - 1.0, ratio->high - 1.0};
    update();
}

double IntervalMark::extent() const {
    if (!change_) return 0.0;
    double reach = std::abs(change_->value);
    for (const double end : {change_->low, change_->high}) {
        if (std::isfinite(end)) reach = std::max(reach, std::abs(end));
    }
    if (!(reach > 0.0) || !std::isfinite(reach)) return 1.0;
    const double power = std::pow(10.0, std::floor(std::log10(reach)));
    for (const double factor : {1.0, 2.0, 5.0}) {
        if (factor * power >= reach) return factor * power;
    }
    return 10.0 * power;
}

QSize IntervalMark::sizeHint() const {
    return {fontMetrics().averageCharWidth() * 24, fontMetrics().height()};
}

void IntervalMark::paintEvent(QPaintEvent* /*event*/) {
    if (!change_ || !std::isfinite(change_->value)) return;
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const PlotColors colors = plot_colors(palette());
    const double middle = height() / 2.0;
    const double dot = height() / 4.0;
    const double half = width() / 2.0 - dot - 1.0;
    const auto x = [&](double change) {
        return width() / 2.0 + std::clamp(change / extent(), -1.0, 1.0) * half;
    };
    painter.setPen(QPen(colors.grid, 1.0));
    painter.drawLine(QPointF(0.0, middle), QPointF(width(), middle));
    painter.setPen(QPen(colors.faint, 1.0));
    painter.drawLine(QPointF(x(0.0), 1.0), QPointF(x(0.0), height() - 1.0));
    if (std::isfinite(change_->low) && std::isfinite(change_->high)) {
        painter.setPen(QPen(colors.merged, std::max(2.0, dot * 0.9), Qt::SolidLine, Qt::FlatCap));
        painter.drawLine(QPointF(x(change_->low), middle), QPointF(x(change_->high), middle));
    }
    painter.setPen(QPen(colors.background, 1.0));
    painter.setBrush(colors.merged);
    painter.drawEllipse(QPointF(x(change_->value), middle), dot, dot);
}

}  // namespace headscope::ui
