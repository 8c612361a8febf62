#include "ui/style/plot_style.h"

#include <array>

#include <qcustomplot.h>

namespace headscope::ui {

bool is_dark(const QPalette& palette) {
    return palette.color(QPalette::Window).lightnessF() < 0.5F;
}

PlotColors plot_colors(const QPalette& palette) {
    const QColor text = palette.color(QPalette::Text);
    const QColor base = palette.color(QPalette::Base);
    QColor grid = text;
    grid.setAlphaF(0.15F);
    QColor faint = text;
    faint.setAlphaF(0.35F);
    if (is_dark(palette)) {
        return {base, text, grid, QColor(0x56b4e9), QColor(0xe69f00), QColor(0xff7f50), faint};
    }
    return {base, text, grid, QColor(0x0072b2), QColor(0xb86e00), QColor(0xd55e00), faint};
}

QColor series_color(int index, const QPalette& palette) {
    static const std::array light = {QColor(0xd55e00), QColor(0x0072b2), QColor(0x009e73),
                                     QColor(0xcc79a7), QColor(0xb8860b), QColor(0x2f8fc4),
                                     QColor(0x7a3fa0), QColor(0x555555)};
    static const std::array dark = {QColor(0xff8c42), QColor(0x56b4e9), QColor(0x2bd0a0),
                                    QColor(0xf0a0d0), QColor(0xf0e442), QColor(0x8fd3ff),
                                    QColor(0xc39be0), QColor(0xbbbbbb)};
    const auto at = static_cast<std::size_t>(index) % light.size();
    return is_dark(palette) ? dark[at] : light[at];
}

void style_plot(QCustomPlot& plot) {
    const PlotColors colors = plot_colors(plot.palette());
    const QFont font = plot.font();
    plot.setBackground(colors.background);
    for (QCPAxisRect* rect : plot.axisRects()) {
        for (QCPAxis* axis : rect->axes()) {
            axis->setBasePen(QPen(colors.faint));
            axis->setTickPen(QPen(colors.faint));
            axis->setSubTickPen(QPen(colors.grid));
            axis->setTickLabelColor(colors.text);
            axis->setLabelColor(colors.text);
            axis->setTickLabelFont(font);
            axis->setLabelFont(font);
            axis->grid()->setPen(QPen(colors.grid));
            axis->grid()->setZeroLinePen(QPen(colors.grid));
        }
    }
    if (plot.legend != nullptr) {
        plot.legend->setFont(font);
        plot.legend->setTextColor(colors.text);
        plot.legend->setBorderPen(QPen(colors.grid));
        QColor background = colors.background;
        background.setAlphaF(0.85F);
        plot.legend->setBrush(background);
    }
}

void style_color_scale(QCPColorScale& scale, const QCustomPlot& plot) {
    const PlotColors colors = plot_colors(plot.palette());
    QCPAxis* axis = scale.axis();
    axis->setTickLabelColor(colors.text);
    axis->setLabelColor(colors.text);
    axis->setTickLabelFont(plot.font());
    axis->setLabelFont(plot.font());
    // On all four sides of the colour bar: QCustomPlot draws its frame with the axes.
    for (const auto side : {QCPAxis::atLeft, QCPAxis::atRight, QCPAxis::atTop, QCPAxis::atBottom}) {
        for (QCPAxis* frame : axis->axisRect()->axes(side)) {
            frame->setBasePen(QPen(colors.faint));
            frame->setTickPen(QPen(colors.faint));
            frame->setSubTickPen(QPen(Qt::NoPen));
        }
    }
}

}  // namespace headscope::ui
