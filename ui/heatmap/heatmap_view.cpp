#include "ui/heatmap/heatmap_view.h"

#include <algorithm>
#include <limits>

#include <qcustomplot.h>

#include "ui/heatmap/head_ticker.h"
#include "ui/style/cell_map.h"
#include "ui/style/plot_style.h"
#include "ui/style/scale_label.h"

namespace headscope::ui {
namespace {

QCPColorGradient gradient_of(ColorScheme scheme) {
    constexpr int stops = 65;
    QMap<double, QColor> colors;
    for (int i = 0; i < stops; ++i) {
        const double position = static_cast<double>(i) / (stops - 1);
        colors.insert(position, QColor(scheme_color(scheme, position)));
    }
    QCPColorGradient gradient;
    gradient.setColorStops(colors);
    gradient.setLevelCount(256);
    return gradient;
}

/// For cells that say nothing: between the background and the text, but no colour of a scheme.
QColor neutral_color(const QPalette& palette) {
    const QColor base = palette.color(QPalette::Base);
    const QColor text = palette.color(QPalette::Text);
    const auto mixed = [](int a, int b) { return (a * 4 + b) / 5; };
    return {mixed(base.red(), text.red()), mixed(base.green(), text.green()),
            mixed(base.blue(), text.blue())};
}

}  // namespace

HeatmapView::HeatmapView(QCustomPlot& plot)
    : plot_(plot),
      map_(new CellMap(plot.xAxis, plot.yAxis)),
      scale_(new QCPColorScale(&plot)),
      label_(new ScaleLabel(plot, *scale_)),
      margins_(new QCPMarginGroup(&plot)) {
    scale_->setType(QCPAxis::atRight);
    scale_->setRangeDrag(false);
    scale_->setRangeZoom(false);
    scale_->setBarWidth(12);
    plot.plotLayout()->addElement(0, 1, scale_);
    map_->setColorScale(scale_);
    plot.axisRect()->setMarginGroup(QCP::msTop | QCP::msBottom, margins_);
    scale_->setMarginGroup(QCP::msTop | QCP::msBottom, margins_);
    plot.yAxis->setRangeReversed(true);
    set_head_tickers(plot, order_);
    for (QCPAxis* axis : {plot.xAxis, plot.yAxis}) {
        axis->grid()->setVisible(false);
        axis->setTickLength(0, 3);
    }
    QObject::connect(&plot, &QCustomPlot::afterLayout, &plot, [this] { place_square(); });
}

void HeatmapView::set_matrix(const SimilarityMatrix* matrix, HeatmapOrder order) {
    order_ = matrix != nullptr ? HeadOrder(*matrix, order) : HeadOrder();
    fill_cells(matrix);
}

void HeatmapView::set_colors(ColorScheme scheme, ValueRange range) {
    scheme_ = scheme;
    range_ = range;
    apply_colors();
}

void HeatmapView::set_texts(const QString& head, const QString& similarity) {
    head_text_ = head;
    label_->set_text(similarity);
    name_axes();
}

void HeatmapView::set_compact(bool compact) {
    if (compact == compact_) return;
    compact_ = compact;
    scale_->setVisible(!compact);
    if (compact) {
        plot_.plotLayout()->take(scale_);
        plot_.plotLayout()->simplify();
    } else {
        plot_.plotLayout()->addElement(0, 1, scale_);
    }
    plot_.axisRect()->setMarginGroup(QCP::msTop | QCP::msBottom, compact ? nullptr : margins_);
    const int around = compact ? 8 : 15;  // the latter as QCustomPlot has it
    plot_.axisRect()->setMinimumMargins({around, around, around, around});
    name_axes();
}

void HeatmapView::name_axes() {
    for (QCPAxis* axis : {plot_.xAxis, plot_.yAxis})
        axis->setLabel(compact_ ? QString() : head_text_);
}

void HeatmapView::fill_cells(const SimilarityMatrix* matrix) {
    const int count = order_.count();
    QCPColorMapData& cells = *map_->data();
    cells.setSize(count, count);
    // Cells are centred on these ranges' ends.
    cells.setRange(QCPRange(0, std::max(1, count - 1)), QCPRange(0, std::max(1, count - 1)));
    for (int row = 0; row < count; ++row) {
        for (int column = 0; column < count; ++column) {
            // A head is always as it is itself: the diagonal says nothing and has a colour of its
            // own.
            cells.setCell(column, row,
                          row == column ? std::numeric_limits<double>::quiet_NaN()
                                        : matrix->at(order_.head_at(row), order_.head_at(column)));
        }
    }
}

void HeatmapView::apply_colors() {
    QCPColorGradient gradient = gradient_of(scheme_);
    gradient.setNanHandling(QCPColorGradient::nhNanColor);
    gradient.setNanColor(neutral_color(plot_.palette()));
    scale_->setGradient(gradient);
    scale_->setDataRange(QCPRange(range_.low, range_.high));
}

void HeatmapView::apply_style() {
    style_plot(plot_);
    style_color_scale(*scale_, plot_);
    apply_colors();
}

/// Cells are square: after the layout has given the map all the room, takes what it does not need,
/// keeps the colour bar beside it, and puts both in the middle of the width.
void HeatmapView::place_square() {
    QCPAxisRect& rect = *plot_.axisRect();
    const int side = std::min(rect.width(), rect.height());
    const QMargins margins = rect.margins();
    const int excess = rect.width() - side;
    QRect outer(
        rect.outerRect().topLeft() + QPoint(excess / 2, 0),
        QSize(side + margins.left() + margins.right(), side + margins.top() + margins.bottom()));
    rect.setOuterRect(outer);
    rect.update(QCPLayoutElement::upLayout);
    rect.update(
        QCPLayoutElement::upPreparation);  // only now is known how many labels there is room for
    if (compact_) return;
    QRect bar = scale_->outerRect();
    bar.moveLeft(bar.left() - (excess - excess / 2));
    bar.setTop(outer.top());
    bar.setHeight(outer.height());
    scale_->setOuterRect(bar);
    scale_->update(QCPLayoutElement::upLayout);
}

}  // namespace headscope::ui
