#include "ui/layers/layer_panel.h"

#include <QAction>
#include <QCheckBox>
#include <QLabel>
#include <QMenu>
#include <QScopedValueRollback>
#include <QSettings>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <initializer_list>

#include "ui/layers/layer_filter.h"
#include "ui/layers/layer_model.h"
#include "ui/layers/layer_view.h"
#include "ui/panel/panel.h"
#include "ui/style/flow_layout.h"
#include "ui/style/text.h"

namespace headscope::ui {

LayerPanel::LayerPanel(Session& session, QWidget* parent)
    : QWidget(parent),
      session_(session),
      model_(new LayerModel(session, this)),
      filter_(new LayerFilter(this)),
      view_(new LayerView(this)),
      stack_(new QStackedWidget(this)),
      empty_(new QLabel(this)),
      count_(new QLabel(this)),
      only_with_pairs_(new QCheckBox(this)),
      include_(new QToolButton(this)),
      menu_(new QMenu(this)),
      include_all_(menu_->addAction(QString())),
      exclude_all_(menu_->addAction(QString())),
      include_selected_(nullptr),
      exclude_selected_(nullptr),
      invert_(nullptr) {
    filter_->setSourceModel(model_);
    add_actions();
    lay_out();
    connect_view();
    connect(&session, &Session::model_changed, this, &LayerPanel::follow_model);
    connect(&session, &Session::plan_changed, this, &LayerPanel::update_header);
    connect(&session, &Session::focus_changed, this, &LayerPanel::follow_focus);
    connect(only_with_pairs_, &QCheckBox::toggled, this, [this](bool only) {
        filter_->set_only_with_pairs(only);
        follow_focus();
    });
    set_texts();
    follow_model();
}

void LayerPanel::add_actions() {
    menu_->addSeparator();
    include_selected_ = menu_->addAction(QString());
    exclude_selected_ = menu_->addAction(QString());
    menu_->addSeparator();
    invert_ = menu_->addAction(QString());
    connect(include_all_, &QAction::triggered, this, [this] { include_all(true); });
    connect(exclude_all_, &QAction::triggered, this, [this] { include_all(false); });
    connect(include_selected_, &QAction::triggered, this, [this] { include(selected(), true); });
    connect(exclude_selected_, &QAction::triggered, this, [this] { include(selected(), false); });
    connect(invert_, &QAction::triggered, this, &LayerPanel::invert);
    include_->setMenu(menu_);
    include_->setPopupMode(QToolButton::InstantPopup);
    include_->setToolButtonStyle(Qt::ToolButtonTextOnly);
    include_->setFocusPolicy(Qt::StrongFocus);
    view_->addActions(menu_->actions());
    view_->setContextMenuPolicy(Qt::ActionsContextMenu);
}

void LayerPanel::lay_out() {
    empty_->setAlignment(Qt::AlignCenter);
    empty_->setWordWrap(true);
    count_->setWordWrap(true);
    empty_->setForegroundRole(QPalette::PlaceholderText);
    empty_->setMargin(fontMetrics().height());
    stack_->addWidget(empty_);
    stack_->addWidget(view_);
    auto* header = new FlowLayout;
    header->addWidget(only_with_pairs_);
    header->addWidget(include_);
    auto* column = new QVBoxLayout(this);
    column->addWidget(count_);
    column->addLayout(header);
    column->addWidget(stack_, 1);
    for (QWidget* widget : std::initializer_list<QWidget*>{count_, only_with_pairs_})
        widget->setMinimumWidth(1);  // a narrow dock may cut it
    setTabOrder(include_, only_with_pairs_);
    setTabOrder(only_with_pairs_, view_);
    setFocusProxy(view_);
}

void LayerPanel::connect_view() {
    // Rows that the filter drops must not move the focus. The view would choose another current
    // tile when it hears of them, so this has to be connected before the view is.
    connect(filter_, &QAbstractItemModel::rowsAboutToBeRemoved, this,
            [this] { following_ = true; });
    connect(filter_, &QAbstractItemModel::rowsRemoved, this, [this] { following_ = false; });
    view_->setModel(filter_);
    connect(view_->selectionModel(), &QItemSelectionModel::currentChanged, this,
            [this](const QModelIndex& current) {
                if (following_ || !current.isValid()) return;
                session_.focus_layer(current.data(LayerModel::LayerRole).toInt());
            });
    const auto update_actions = [this] {
        const bool some = view_->selectionModel()->hasSelection();
        include_selected_->setEnabled(some);
        exclude_selected_->setEnabled(some);
    };
    connect(view_->selectionModel(), &QItemSelectionModel::selectionChanged, this, update_actions);
    connect(filter_, &QAbstractItemModel::modelReset, this, update_actions);
    connect(view_, &LayerView::toggle_requested, this, &LayerPanel::toggle_selected);
    update_actions();
}

void LayerPanel::set_texts() {
    include_all_->setText(tr("Include &all"));
    exclude_all_->setText(tr("E&xclude all"));
    include_selected_->setText(tr("Include &selected"));
    exclude_selected_->setText(tr("Exclude s&elected"));
    invert_->setText(tr("In&vert"));
    include_->setText(tr("&Include"));
    include_->setToolTip(tr("Choose the layers that the merge includes"));
    only_with_pairs_->setText(tr("Only with &pairs"));
    only_with_pairs_->setToolTip(
        tr("Show only layers with a pair at the present threshold, and the focused layer"));
    view_->setAccessibleName(tr("Layers"));
    view_->setAccessibleDescription(
        tr("Arrow keys focus a layer, Space includes the selected layers or excludes them"));
    empty_->setText(tr("Open a model to see its layers."));
    update_header();
}

void LayerPanel::set_color_scheme(ColorScheme scheme) {
    model_->set_color_scheme(scheme);
}

void LayerPanel::save_state(QSettings& settings) const {
    settings.setValue(QStringLiteral("layers/only_with_pairs"), only_with_pairs_->isChecked());
}

void LayerPanel::restore_state(const QSettings& settings) {
    only_with_pairs_->setChecked(
        settings.value(QStringLiteral("layers/only_with_pairs"), false).toBool());
}

QSize LayerPanel::sizeHint() const {
    const int line = fontMetrics().height();
    return {22 * line, 36 * line};
}

void LayerPanel::update_header() {
    const int layers = model_->rowCount();
    const QString text = tr("%1 of %Ln layer(s) included", nullptr, layers)
                             .arg(count_text(layers > 0 ? session_.included_count() : 0));
    if (text != count_->text()) count_->setText(text);
}

void LayerPanel::follow_model() {
    const bool open = model_->rowCount() > 0;
    stack_->setCurrentWidget(open ? static_cast<QWidget*>(view_) : empty_);
    count_->setVisible(open);
    include_->setEnabled(open);
    only_with_pairs_->setEnabled(open);
    update_header();
    follow_focus();
}

void LayerPanel::follow_focus() {
    const QModelIndex wanted = filter_->mapFromSource(model_->index(session_.focused_layer()));
    if (!wanted.isValid()) return;
    if (wanted != view_->currentIndex()) {
        const QScopedValueRollback guard(following_, true);
        view_->selectionModel()->setCurrentIndex(wanted, QItemSelectionModel::ClearAndSelect);
    }
    view_->scrollTo(wanted);
}

std::set<int> LayerPanel::selected() const {
    std::set<int> layers;
    for (const QModelIndex& index : view_->selectionModel()->selectedIndexes()) {
        layers.insert(index.data(LayerModel::LayerRole).toInt());
    }
    return layers;
}

void LayerPanel::include(const std::set<int>& layers, bool included) {
    std::set<int> excluded = session_.choices().excluded_layers;
    for (const int layer : layers) {
        if (included) {
            excluded.erase(layer);
        } else {
            excluded.insert(layer);
        }
    }
    session_.choose_layers(excluded);
}

void LayerPanel::include_all(bool included) {
    std::set<int> excluded;
    for (int layer = 0; !included && layer < model_->rowCount(); ++layer) {
        excluded.insert(layer);
    }
    session_.choose_layers(excluded);
}

void LayerPanel::invert() {
    std::set<int> excluded;
    for (int layer = 0; layer < model_->rowCount(); ++layer) {
        if (session_.included(layer)) excluded.insert(layer);
    }
    session_.choose_layers(excluded);
}

void LayerPanel::toggle_selected() {
    const std::set<int> layers = selected();
    const bool all_included = std::all_of(layers.begin(), layers.end(),
                                          [this](int layer) { return session_.included(layer); });
    include(layers, !all_included);
}

Panel make_layer_panel(const PanelServices& services) {
    auto* panel = new LayerPanel(services.session);
    Panel made{QStringLiteral("layers"), LayerPanel::tr("Layers"), PanelArea::left, panel};
    made.of_similarities = true;
    made.save_state = [panel](QSettings& settings) { panel->save_state(settings); };
    made.restore_state = [panel](const QSettings& settings) { panel->restore_state(settings); };
    return made;
}

}  // namespace headscope::ui
