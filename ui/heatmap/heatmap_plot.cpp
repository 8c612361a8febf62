#include "ui/heatmap/heatmap_plot.h"

#include <QVBoxLayout>
#include <algorithm>

#include <qcustomplot.h>

#include "ui/heatmap/heatmap_navigation.h"
#include "ui/heatmap/heatmap_view.h"
#include "ui/style/follow_style.h"
#include "ui/style/text.h"

namespace headscope::ui {
HeatmapPlot::HeatmapPlot(QWidget* parent)
    : QWidget(parent),
      plot_(new QCustomPlot(this)),
      view_(std::make_unique<HeatmapView>(*plot_)),
      navigation_(new HeatmapNavigation(*plot_, this)) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->addWidget(plot_);
    plot_->setMinimumSize(140, 110);
    setFocusProxy(plot_);
    add_heatmap_overlay(*plot_, marks_);
    connect_navigation();
    set_texts();
    restyle();
    follow_style(*plot_, [this] { restyle(); });
}

HeatmapPlot::~HeatmapPlot() {
    // What the plot draws refers to members of this, and the navigation to the plot.
    delete navigation_;
    delete plot_;
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
    set_texts();
    apply_order();
    navigation_->set_count(order().count());
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

const HeadOrder& HeatmapPlot::order() const {
    return view_->order();
}

ValueRange HeatmapPlot::range() const {
    return view_->range();
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
    return HeatmapCell{order().head_at(cell->y()), order().head_at(cell->x())};
}

void HeatmapPlot::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    const int line = fontMetrics().height();
    view_->set_compact(width() < 12 * line || height() < 9 * line);
    plot_->replot(QCustomPlot::rpQueuedReplot);
}

void HeatmapPlot::apply_order() {
    view_->set_matrix(matrix(), options_.order);
    update_marks();
    // Another pair of heads may have come under the cursor.
    Q_EMIT current_changed();
}

ValueRange HeatmapPlot::wanted_range() const {
    if (options_.range == HeatmapRange::minus_one_to_one) return {-1.0, 1.0};
    if (options_.range == HeatmapRange::zero_to_one || matrix() == nullptr) return {0.0, 1.0};
    ValueRange range = layer_range(*matrix());
    if (options_.range == HeatmapRange::model) {
        if (const auto all = model_->similarity_range()) range = {all->first, all->second};
    }
    return scheme_range(options_.colors, range.low, range.high);
}

void HeatmapPlot::apply_colors() {
    const ValueRange range = wanted_range();
    view_->set_colors(drawn_scheme(options_.colors, range.low), range);
    plot_->replot(QCustomPlot::rpQueuedReplot);
}

void HeatmapPlot::restyle() {
    view_->apply_style();
    plot_->replot(QCustomPlot::rpQueuedReplot);
}

void HeatmapPlot::set_texts() {
    const QString similarity = model_ != nullptr
                                   ? tr("Similarity (%1)").arg(qstring(name_of(model_->measure)))
                                   : tr("Similarity");
    view_->set_texts(tr("Head"), similarity);
    plot_->setAccessibleName(tr("Similarity heatmap"));
}

void HeatmapPlot::replot_layer(const QString& name) {
    plot_->layer(name)->replot();
}

void HeatmapPlot::toggle_pin(QPoint cell) {
    pinned_before_click_ = pinned_;
    const int row = order().head_at(cell.y());
    const int column = order().head_at(cell.x());
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
    return {order().place_of(column_head), order().place_of(row_head)};
}

void HeatmapPlot::update_marks() {
    marks_.count = order().count();
    // Groups of one head have nothing to separate; in another order they do not stand together.
    const bool separate = options_.separators && options_.order == HeatmapOrder::index;
    marks_.heads_per_group = separate && heads_per_kv_head_ > 1 ? heads_per_kv_head_ : 0;
    marks_.merged.clear();
    marks_.pinned.reset();
    if (model_ != nullptr) {  // otherwise no head has a place
        for (const HeadPair& pair : pairs_) {
            marks_.merged.push_back(cell_of(pair.first, pair.second));
        }
        if (pinned_) marks_.pinned = cell_of(pinned_->first, pinned_->second);
    }
    replot_layer(QStringLiteral("marks"));
}

}  // namespace headscope::ui
