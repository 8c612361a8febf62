#include "ui/map/map_panel.h"

#include <QComboBox>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QSettings>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include <qcustomplot.h>

#include "ui/heads/head_store.h"
#include "ui/map/head_menu.h"
#include "ui/map/head_values.h"
#include "ui/measures/damage_store.h"
#include "ui/style/flow_layout.h"
#include "ui/style/plot_copy.h"

namespace headscope::ui {
namespace {

const QString kKey = QStringLiteral("map/measure");

QString number(double value) {
    return QLocale().toString(value, 'g', 4);
}

/// That the plan removes, of included layers.
std::set<HeadRef> removed_heads(const Session& session) {
    std::set<HeadRef> heads;
    if (session.model() == nullptr) return heads;
    for (int layer = 0; layer < session.model()->layers(); ++layer) {
        if (!session.included(layer)) continue;
        for (const int head : session.layer_plan(layer).merge.removed)
            heads.insert({layer, head});
    }
    return heads;
}

}  // namespace

MapPanel::MapPanel(const PanelServices& services, QWidget* parent)
    : QWidget(parent),
      services_(services),
      measure_(new QComboBox),
      compute_(new QPushButton(tr("Compute"))),
      note_(new QLabel),
      map_(new HeadMap),
      readout_(new QLabel) {
    measure_->setObjectName(QStringLiteral("map_measure"));
    for (const HeadMeasure& measure : head_measures()) {
        measure_->addItem(measure.title(services_), QLatin1String(measure.id));
        measure_->setItemData(measure_->count() - 1, measure.explanation(), Qt::ToolTipRole);
    }
    measure_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    measure_->setMinimumContentsLength(18);
    auto* label = new QLabel(tr("Colo&ur by:"));
    note_->setWordWrap(true);
    readout_->setTextFormat(Qt::PlainText);
    readout_->setWordWrap(true);
    auto* column = new QVBoxLayout(this);
    auto* row = new FlowLayout;
    column->addLayout(row);
    row->add_labelled(label, measure_);
    row->addWidget(compute_);
    column->addWidget(note_);
    column->addWidget(map_, 1);
    column->addWidget(readout_);
    add_copy_action(*this, map_->plot(), [this] { return copy_text(); });
    // The menu is the panel's own.
    map_->plot().setContextMenuPolicy(Qt::DefaultContextMenu);
    connect_services();
    refresh();
}

void MapPanel::connect_services() {
    Session& session = services_.session;
    connect(measure_, &QComboBox::currentIndexChanged, this, &MapPanel::refresh);
    connect(compute_, &QPushButton::clicked, this, [this] {
        const HeadMeasure& measure =
            head_measures()[static_cast<std::size_t>(measure_->currentIndex())];
        if (measure.want != nullptr) measure.want(services_);
    });
    connect(&session, &Session::model_changed, this, &MapPanel::refresh_if_visible);
    connect(&session, &Session::plan_changed, this, &MapPanel::refresh_if_visible);
    connect(&session, &Session::selection_changed, this, &MapPanel::refresh_marks);
    connect(&services_.heads, &HeadStore::changed, this, &MapPanel::refresh_if_visible);
    connect(&services_.damage, &DamageStore::changed, this, &MapPanel::refresh_if_visible);
    connect(map_, &HeadMap::current_changed, this, &MapPanel::refresh_readout);
    connect(map_, &HeadMap::selection_chosen, this,
            [this](const std::set<HeadRef>& heads, HeadRef last) {
                services_.session.select(heads, last);
            });
    connect(map_, &HeadMap::menu_requested, this, &MapPanel::show_menu);
}

QCustomPlot& MapPanel::plot() {
    refresh();
    return map_->plot();
}

void MapPanel::showEvent(QShowEvent* event) {
    refresh();
    QWidget::showEvent(event);
}

void MapPanel::refresh_if_visible() {
    if (isVisible()) refresh();
}

void MapPanel::refresh() {
    const HeadMeasure& measure =
        head_measures()[static_cast<std::size_t>(measure_->currentIndex())];
    measure_->setItemText(measure_->currentIndex(), measure.title(services_));
    measure_->setToolTip(measure.explanation());
    const bool open = services_.session.model() != nullptr;
    const HeadValues values = open ? measure.values(services_) : HeadValues();
    compute_->setVisible(values.computable);
    note_->setText(values.missing);
    note_->setVisible(!values.missing.isEmpty());
    HeadMap::Values shown = values.of_layers;
    if (open && shown.empty()) {
        // The heads are there to be chosen even while their values are not.
        for (const SimilarityMatrix& matrix : services_.session.model()->matrices)
            shown.emplace_back(static_cast<std::size_t>(matrix.heads), std::nan(""));
    }
    map_->show_values(std::move(shown), measure.title(services_));
    refresh_marks();
    refresh_readout();
}

void MapPanel::refresh_marks() {
    const Session& session = services_.session;
    std::set<HeadRef> excluded = session.choices().excluded_heads;
    if (session.model() != nullptr) {
        for (const int layer : session.choices().excluded_layers) {
            if (layer < 0 || layer >= session.model()->layers()) continue;
            const int heads = session.model()->matrices[static_cast<std::size_t>(layer)].heads;
            for (int head = 0; head < heads; ++head)
                excluded.insert({layer, head});
        }
    }
    map_->set_marks(std::move(excluded), removed_heads(session));
    map_->set_selected(session.selected());
}

void MapPanel::refresh_readout() {
    QString text =
        tr("Point at a head, or use the arrow keys. Click to select; Shift selects a "
           "range, Ctrl one more.");
    if (const auto head = map_->current()) {
        const double value = map_->value(*head);
        text = std::isnan(value)
                   ? tr("Layer %1, head %2").arg(head->layer).arg(head->head)
                   : tr("Layer %1, head %2: %3")
                         .arg(head->layer)
                         .arg(head->head)
                         .arg(QStringLiteral("%1 %2").arg(measure_->currentText(), number(value)));
    }
    readout_->setText(text);
    map_->plot().setAccessibleDescription(text);
}

void MapPanel::show_menu(QPoint global) {
    if (services_.session.model() == nullptr || services_.session.selected().empty()) return;
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    add_head_actions(*menu, services_.session);
    menu->addSeparator();
    menu->addActions(map_->plot().actions());
    menu->popup(global);
}

QString MapPanel::copy_text() const {
    if (services_.session.model() == nullptr) return {};
    const HeadMeasure& measure =
        head_measures()[static_cast<std::size_t>(measure_->currentIndex())];
    QString text = QStringLiteral("layer\thead\t%1\n").arg(QLatin1String(measure.id));
    const HeadValues values = measure.values(services_);
    for (std::size_t layer = 0; layer < values.of_layers.size(); ++layer) {
        for (std::size_t head = 0; head < values.of_layers[layer].size(); ++head) {
            const double value = values.of_layers[layer][head];
            text += QStringLiteral("%1\t%2\t%3\n")
                        .arg(layer)
                        .arg(head)
                        .arg(std::isnan(value) ? QString() : QString::number(value, 'g', 6));
        }
    }
    return text;
}

void MapPanel::save_state(QSettings& settings) const {
    settings.setValue(kKey, measure_->currentData());
}

void MapPanel::restore_state(const QSettings& settings) {
    measure_->setCurrentIndex(std::max(0, measure_->findData(settings.value(kKey))));
}

Panel make_map_panel(const PanelServices& services) {
    auto* panel = new MapPanel(services);
    Panel made{QStringLiteral("map"), MapPanel::tr("Map"), PanelArea::centre, panel};
    made.of_similarities = true;
    made.plot = [panel] { return &panel->plot(); };
    made.table = [panel] { return panel->copy_text(); };
    made.save_state = [panel](QSettings& settings) { panel->save_state(settings); };
    made.restore_state = [panel](const QSettings& settings) { panel->restore_state(settings); };
    return made;
}

}  // namespace headscope::ui
