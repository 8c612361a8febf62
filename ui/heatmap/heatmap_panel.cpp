#include "ui/heatmap/heatmap_panel.h"

#include <QLabel>
#include <QSettings>
#include <QStackedLayout>
#include <QVBoxLayout>
#include <array>

#include <qcustomplot.h>

#include "ui/heatmap/heatmap_readout.h"
#include "ui/heatmap/heatmap_tools.h"
#include "ui/panel/panel.h"
#include "ui/session/session.h"
#include "ui/style/measure_text.h"
#include "ui/style/plot_copy.h"
#include "ui/style/text.h"

namespace headscope::ui {
namespace {

// The names of the enumerations' values in settings, in their order.
constexpr std::array kOrders = {"index", "cluster"};
constexpr std::array kColors = {"automatic", "sequential", "diverging"};
constexpr std::array kRanges = {"model", "layer", "minus_one_to_one", "zero_to_one"};

template <typename Enum, std::size_t size>
QString name_in(const std::array<const char*, size>& names, Enum value) {
    return QString::fromLatin1(names[static_cast<std::size_t>(value)]);
}

/// `otherwise` for a name that is not known.
template <typename Enum, std::size_t size>
Enum value_in(const std::array<const char*, size>& names, const QVariant& name, Enum otherwise) {
    for (std::size_t i = 0; i < size; ++i) {
        if (name.toString() == QLatin1String(names[i])) return static_cast<Enum>(i);
    }
    return otherwise;
}

QLabel* wrapped_label(QWidget* parent) {
    auto* label = new QLabel(parent);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    return label;
}

}  // namespace

HeatmapPanel::HeatmapPanel(Session& session, QWidget* parent)
    : QWidget(parent), session_(session), pages_(new QStackedLayout(this)) {
    auto* page = new QWidget(this);
    title_ = wrapped_label(page);
    title_->setObjectName(QStringLiteral("title"));
    QFont bold = title_->font();
    bold.setBold(true);
    title_->setFont(bold);
    note_ = wrapped_label(page);
    tools_ = new HeatmapTools(page);
    heatmap_ = new HeatmapPlot(page);
    readout_ = new HeatmapReadout(page);
    auto* layout = new QVBoxLayout(page);
    layout->addWidget(title_);
    layout->addWidget(note_);
    layout->addWidget(tools_);
    layout->addWidget(heatmap_, 1);
    layout->addWidget(readout_);
    empty_ = wrapped_label(this);
    empty_->setAlignment(Qt::AlignCenter);
    empty_->setMargin(24);
    pages_->addWidget(empty_);
    pages_->addWidget(page);
    connect(tools_, &HeatmapTools::options_changed, this, [this] {
        heatmap_->set_options(tools_->options());
        Q_EMIT colors_changed(tools_->options().colors);
    });
    connect(tools_, &HeatmapTools::reset_zoom_clicked, heatmap_, &HeatmapPlot::reset_zoom);
    connect(heatmap_, &HeatmapPlot::view_changed, this,
            [this] { tools_->set_zoomed(heatmap_->zoomed()); });
    connect(heatmap_, &HeatmapPlot::current_changed, this, &HeatmapPanel::refresh_readout);
    connect(heatmap_, &HeatmapPlot::pin_chosen, &session_, &Session::pin);
    add_copy_action(*this, heatmap_->plot(), [this] { return copy_text(); });
    connect_session();
    set_texts();
    refresh();
}

void HeatmapPanel::connect_session() {
    connect(&session_, &Session::model_changed, this, &HeatmapPanel::layer_dirty);
    connect(&session_, &Session::focus_changed, this, &HeatmapPanel::layer_dirty);
    connect(&session_, &Session::plan_changed, this, &HeatmapPanel::plan_dirty);
    connect(&session_, &Session::pin_changed, this, &HeatmapPanel::plan_dirty);
}

QCustomPlot& HeatmapPanel::plot() {
    refresh();
    return heatmap_->plot();
}

HeatmapOptions HeatmapPanel::options() const {
    return tools_->options();
}

void HeatmapPanel::set_options(const HeatmapOptions& options) {
    tools_->set_options(options);
}

void HeatmapPanel::save_state(QSettings& settings) const {
    const HeatmapOptions now = options();
    settings.setValue(QStringLiteral("heatmap/order"), name_in(kOrders, now.order));
    settings.setValue(QStringLiteral("heatmap/colors"), name_in(kColors, now.colors));
    settings.setValue(QStringLiteral("heatmap/range"), name_in(kRanges, now.range));
    settings.setValue(QStringLiteral("heatmap/separators"), now.separators);
}

void HeatmapPanel::restore_state(const QSettings& settings) {
    HeatmapOptions restored = options();
    restored.order =
        value_in(kOrders, settings.value(QStringLiteral("heatmap/order")), restored.order);
    restored.colors =
        value_in(kColors, settings.value(QStringLiteral("heatmap/colors")), restored.colors);
    restored.range =
        value_in(kRanges, settings.value(QStringLiteral("heatmap/range")), restored.range);
    restored.separators =
        settings.value(QStringLiteral("heatmap/separators"), restored.separators).toBool();
    set_options(restored);
}

QString HeatmapPanel::copy_text() const {
    if (session_.model() == nullptr) return {};
    const auto& matrix =
        session_.model()->matrices[static_cast<std::size_t>(session_.focused_layer())];
    return matrix_text(matrix, HeadOrder(matrix, options().order));
}

void HeatmapPanel::showEvent(QShowEvent* event) {
    refresh();
    QWidget::showEvent(event);
}

void HeatmapPanel::layer_dirty() {
    layer_dirty_ = true;
    plan_dirty();
}

void HeatmapPanel::plan_dirty() {
    plan_dirty_ = true;
    if (isVisible()) refresh();
}

void HeatmapPanel::refresh() {
    if (layer_dirty_) refresh_layer();
    if (plan_dirty_) refresh_plan();
    layer_dirty_ = plan_dirty_ = false;
}

void HeatmapPanel::refresh_layer() {
    const auto& model = session_.model();
    pages_->setCurrentIndex(model != nullptr ? 1 : 0);
    const int layer = session_.focused_layer();
    const int per_kv = model != nullptr
                           ? static_cast<int>(model->config().heads_of(layer).heads_per_kv_head())
                           : 1;
    tools_->set_heads_per_kv_head(per_kv);
    heatmap_->show_layer(model, layer, per_kv);
}

void HeatmapPanel::refresh_plan() {
    if (session_.model() == nullptr) {
        readout_->clear();
        return;
    }
    const int layer = session_.focused_layer();
    title_->setText(title());
    note_->setText(plan_note());
    heatmap_->set_plan(&session_.layer_plan(layer), session_.included(layer));
    heatmap_->set_pinned(session_.pinned());
    refresh_readout();
}

void HeatmapPanel::refresh_readout() {
    if (session_.model() == nullptr || layer_dirty_) return;  // comes again when it is refreshed
    if (const auto cell = heatmap_->current()) {
        readout_->show_cell(session_, *cell);
    } else if (const auto& pinned = session_.pinned()) {
        readout_->show_cell(session_, {pinned->first, pinned->second});
    } else {
        readout_->show_hint();
    }
    heatmap_->plot().setAccessibleDescription(readout_->text());
}

void HeatmapPanel::set_texts() {
    empty_->setText(tr("No model is open. Open one to see how alike the heads of its layers are."));
}

QString HeatmapPanel::title() const {
    const int layer = session_.focused_layer();
    const HeadCounts heads = session_.model()->config().heads_of(layer);
    const QString text = tr("Layer %1: %2, %3")
                             .arg(layer)
                             .arg(tr("%n head(s)", nullptr, static_cast<int>(heads.heads)),
                                  tr("%n KV head(s)", nullptr, static_cast<int>(heads.kv_heads)));
    const QString titled =
        QStringLiteral("%1 \u00b7 %2").arg(measure_title(session_.model()->measure), text);
    return session_.included(layer) ? titled : tr("%1. Excluded from the merge").arg(titled);
}

QString HeatmapPanel::plan_note() const {
    const int layer = session_.focused_layer();
    const PlanSummary& summary = session_.layer_summary(layer);
    if (summary.pairs > 0) {
        QString text =
            tr("%1, %2").arg(tr("%n pair(s)", nullptr, static_cast<int>(summary.pairs)),
                             tr("%n group(s)", nullptr, static_cast<int>(summary.groups)));
        if (session_.per_layer()) {
            text = tr("%1, threshold %2", "pairs and groups of a layer, and its own threshold")
                       .arg(text, threshold_text(*session_.threshold_of(layer)));
        }
        return session_.included(layer) ? text : tr("If it were included: %1").arg(text);
    }
    const auto& model = *session_.model();
    const auto allowed = model.ranked[static_cast<std::size_t>(layer)].allowed_by(
        session_.choices().kv_policy,
        static_cast<int>(model.config().heads_of(layer).heads_per_kv_head()));
    if (allowed.all().empty()) return tr("No two heads may be merged");
    const QString highest = similarity_text(allowed.all().front().similarity);
    const auto threshold = session_.threshold_of(layer);
    if (!threshold) {
        return tr("No threshold of its own, so nothing is merged; the highest similarity is %1")
            .arg(highest);
    }
    const SelectBy select_by = session_.choices().select_by;
    const bool typed = select_by == SelectBy::threshold || select_by == SelectBy::per_layer;
    return tr("No pair reaches %1; the highest similarity is %2")
        .arg(typed ? threshold_text(*threshold) : similarity_text(*threshold), highest);
}

Panel make_heatmap_panel(const PanelServices& services) {
    auto* panel = new HeatmapPanel(services.session);
    Panel made{QStringLiteral("heatmap"), HeatmapPanel::tr("Heatmap"), PanelArea::centre, panel};
    made.of_similarities = true;
    made.plot = [panel] { return &panel->plot(); };
    made.table = [panel] { return panel->copy_text(); };
    made.save_state = [panel](QSettings& settings) { panel->save_state(settings); };
    made.restore_state = [panel](const QSettings& settings) { panel->restore_state(settings); };
    return made;
}

}  // namespace headscope::ui
