#include "ui/heatmap/heatmap_plot.h"

#include <QEvent>
#include <QVBoxLayout>
#include <algorithm>
#include <limits>

#include <qcustomplot.h>

#include "ui/heatmap/head_ticker.h"
#include "ui/heatmap/heatmap_navigation.h"
#include "ui/style/plot_style.h"

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

HeatmapPlot::HeatmapPlot(QWidget* parent)
    : QWidget(parent),
      plot_(new QCustomPlot(this)),
      navigation_(new HeatmapNavigation(*plot_, this)) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->addWidget(plot_);
    plot_->setMinimumSize(160, 160);
    setFocusProxy(plot_);
    set_up_axes();
    add_heatmap_overlay(*plot_, marks_);
    connect_navigation();
    set_texts();
    restyle();
}

HeatmapPlot::~HeatmapPlot() {
    // What the plot draws refers to members of this, and the navigation to the plot.
    delete navigation_;
    delete plot_;
}

void HeatmapPlot::set_up_axes() {
    map_ = new QCPColorMap(plot_->xAxis, plot_->yAxis);
    map_->setInterpolate(false);
    map_->setAntialiased(false);
    scale_ = new QCPColorScale(plot_);
    scale_->setType(QCPAxis::atRight);
    scale_->setRangeDrag(false);
    scale_->setRangeZoom(false);
    scale_->setBarWidth(12);
    plot_->plotLayout()->addElement(0, 1, scale_);
    map_->setColorScale(scale_);
    auto* margins = new QCPMarginGroup(plot_);
    plot_->axisRect()->setMarginGroup(QCP::msTop | QCP::msBottom, margins);
    scale_->setMarginGroup(QCP::msTop | QCP::msBottom, margins);
    plot_->yAxis->setRangeReversed(true);
    set_head_tickers(*plot_, order_);
    for (QCPAxis* axis : {plot_->xAxis, plot_->yAxis}) {
        axis->grid()->setVisible(false);
        axis->setTickLength(0, 3);
    }
    connect(plot_, &QCustomPlot::afterLayout, this, &HeatmapPlot::place_square);
}

void HeatmapPlot::connect_navigation() {
    connect(navigation_, &HeatmapNavigation::cell_changed, this, [this] {
        marks_.cursor = navigation_->cell();
        replot_layer(QStringLiteral("cursor"));
        Q_EMIT current_changed();
    });
    connect(navigation_, &HeatmapNavigation::activated, this, &HeatmapPlot::toggle_pin);
    connect(navigation_, &HeatmapNavigation::dismissed, this,
            [this] { Q_EMIT pin_chosen(std::nullopt); });
    // The first click of a double click has pinned or unpinned already.
    connect(navigation_, &HeatmapNavigation::double_clicked, this,
            [this] { Q_EMIT pin_chosen(pinned_before_click_); });
    connect(navigation_, &HeatmapNavigation::view_changed, this, &HeatmapPlot::view_changed);
}

void HeatmapPlot::show_layer(std::shared_ptr<const OpenedModel> model, int layer,
                             int heads_per_kv_head) {
    if (model == model_ && layer == layer_) return;
    model_ = std::move(model);
    layer_ = layer;
    heads_per_kv_head_ = heads_per_kv_head;
    pairs_.clear();
    pinned_.reset();
    pinned_before_click_.reset();
    apply_order();
    navigation_->set_count(order_.count());
    apply_colors();
}

void HeatmapPlot::set_options(const HeatmapOptions& options) {
    if (options == options_) return;
    const bool order = options.order != options_.order;
    options_ = options;
    if (order) apply_order();
    apply_colors();
    update_marks();
}

void HeatmapPlot::set_plan(const LayerPlan* plan, bool included) {
    const bool faint = !included;
    if (plan != nullptr && plan->pairs == pairs_ && faint == marks_.faint) return;
    pairs_ = plan != nullptr ? plan->pairs : std::vector<HeadPair>();
    marks_.faint = faint;
    update_marks();
}

void HeatmapPlot::set_pinned(const std::optional<HeadsOfInterest>& heads) {
    if (heads == pinned_) return;
    pinned_ = heads;
    update_marks();
    if (marks_.pinned) {
        navigation_->set_home(*marks_.pinned);
        navigation_->show_cell(*marks_.pinned);
    }
}

void HeatmapPlot::reset_zoom() {
    navigation_->reset_zoom();
}

bool HeatmapPlot::zoomed() const {
    return navigation_->zoomed();
}

std::optional<HeatmapCell> HeatmapPlot::current() const {
    const auto& cell = navigation_->cell();
    if (!cell || matrix() == nullptr) return std::nullopt;
    return HeatmapCell{order_.head_at(cell->y()), order_.head_at(cell->x())};
}

void HeatmapPlot::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    switch (event->type()) {
        case QEvent::PaletteChange:
        case QEvent::FontChange:
        case QEvent::StyleChange:
            restyle();
            break;
        default:
            break;
    }
}

void HeatmapPlot::apply_order() {
    order_ = matrix() != nullptr ? HeadOrder(*matrix(), options_.order) : HeadOrder();
    fill_cells();
    update_marks();
    // Another pair of heads may have come under the cursor.
    Q_EMIT current_changed();
}

void HeatmapPlot::fill_cells() {
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
                          row == column
                              ? std::numeric_limits<double>::quiet_NaN()
                              : matrix()->at(order_.head_at(row), order_.head_at(column)));
        }
    }
}

void HeatmapPlot::apply_colors() {
    range_ = matrix() != nullptr ? value_range(*matrix(), options_.range) : ValueRange();
    QCPColorGradient gradient = gradient_of(options_.colors);
    gradient.setNanHandling(QCPColorGradient::nhNanColor);
    gradient.setNanColor(neutral_color(plot_->palette()));
    scale_->setGradient(gradient);
    scale_->setDataRange(QCPRange(range_.low, range_.high));
    plot_->replot(QCustomPlot::rpQueuedReplot);
}

void HeatmapPlot::restyle() {
    style_plot(*plot_);
    const PlotColors colors = plot_colors(plot_->palette());
    QCPAxis* axis = scale_->axis();
    axis->setTickLabelColor(colors.text);
    axis->setLabelColor(colors.text);
    axis->setTickLabelFont(plot_->font());
    axis->setLabelFont(plot_->font());
    // On all four sides of the colour bar: QCustomPlot draws its frame with the axes.
    for (const auto side : {QCPAxis::atLeft, QCPAxis::atRight, QCPAxis::atTop, QCPAxis::atBottom}) {
        for (QCPAxis* frame : scale_->axis()->axisRect()->axes(side)) {
            frame->setBasePen(QPen(colors.faint));
            frame->setTickPen(QPen(colors.faint));
            frame->setSubTickPen(QPen(Qt::NoPen));
        }
    }
    apply_colors();
}

void HeatmapPlot::set_texts() {
    plot_->xAxis->setLabel(tr("Head"));
    plot_->yAxis->setLabel(tr("Head"));
    scale_->setLabel(tr("Similarity"));
    plot_->setAccessibleName(tr("Similarity heatmap"));
}

/// Cells are square: after the layout has given the map all the room, takes what it does not need,
/// keeps the colour bar beside it, and puts both in the middle of the width.
void HeatmapPlot::place_square() {
    QCPAxisRect& rect = *plot_->axisRect();
    const int side = std::min(rect.width(), rect.height());
    const QMargins margins = rect.margins();
    const int excess = rect.width() - side;
    QRect outer(
        rect.outerRect().topLeft() + QPoint(excess / 2, 0),
        QSize(side + margins.left() + margins.right(), side + margins.top() + margins.bottom()));
    QRect bar = scale_->outerRect();
    bar.moveLeft(bar.left() - (excess - excess / 2));
    bar.setTop(outer.top());
    bar.setHeight(outer.height());
    rect.setOuterRect(outer);
    rect.update(QCPLayoutElement::upLayout);
    rect.update(
        QCPLayoutElement::upPreparation);  // only now is known how many labels there is room for
    scale_->setOuterRect(bar);
    scale_->update(QCPLayoutElement::upLayout);
}

void HeatmapPlot::replot_layer(const QString& name) {
    plot_->layer(name)->replot();
}

void HeatmapPlot::toggle_pin(QPoint cell) {
    pinned_before_click_ = pinned_;
    const int row = order_.head_at(cell.y());
    const int column = order_.head_at(cell.x());
    if (row == column) return;
    const HeadsOfInterest heads{std::min(row, column), std::max(row, column)};
    if (heads == pinned_) {
        Q_EMIT pin_chosen(std::nullopt);
    } else {
        Q_EMIT pin_chosen(heads);
    }
}

const SimilarityMatrix* HeatmapPlot::matrix() const {
    return model_ != nullptr ? &model_->matrices[static_cast<std::size_t>(layer_)] : nullptr;
}

QPoint HeatmapPlot::cell_of(int row_head, int column_head) const {
    return {order_.place_of(column_head), order_.place_of(row_head)};
}

void HeatmapPlot::update_marks() {
    marks_.count = order_.count();
    // Groups of one head have nothing to separate; in another order they do not stand together.
    const bool separate = options_.separators && options_.order == HeatmapOrder::index;
    marks_.heads_per_group = separate && heads_per_kv_head_ > 1 ? heads_per_kv_head_ : 0;
    marks_.merged.clear();
    for (const HeadPair& pair : pairs_) {
        marks_.merged.push_back(cell_of(pair.first, pair.second));
    }
    marks_.pinned.reset();
    if (pinned_) marks_.pinned = cell_of(pinned_->first, pinned_->second);
    replot_layer(QStringLiteral("marks"));
}

}  // namespace headscope::ui
