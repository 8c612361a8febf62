#include "ui/runs/run_panel.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QSettings>
#include <QSortFilterProxyModel>
#include <QStackedWidget>
#include <QToolButton>
#include <QTreeView>
#include <QVBoxLayout>
#include <algorithm>
#include <vector>

#include "ui/panel/panel.h"
#include "ui/runs/run_actions.h"
#include "ui/runs/run_model.h"
#include "ui/runs/run_table.h"
#include "ui/runs/run_tables.h"

namespace headscope::ui {
namespace {

bool is_active(const Run& run) {
    return run.active();
}
bool is_done(const Run& run) {
    return !run.active();
}
bool is_finished(const Run& run) {
    return run.state == RunState::finished && run.merged.has_value();
}
bool has_result(const Run& run) {
    return run.result != nullptr;
}

QToolButton* button_for(QAction& action) {
    auto* button = new QToolButton;
    button->setDefaultAction(&action);
    button->setToolButtonStyle(Qt::ToolButtonTextOnly);
    button->setFocusPolicy(Qt::StrongFocus);
    return button;
}

}  // namespace

RunPanel::RunPanel(RunStore& store, QWidget* parent)
    : QWidget(parent),
      store_(store),
      model_(new RunModel(store, this)),
      sorted_(new QSortFilterProxyModel(this)),
      actions_(new RunActions(this)),
      pages_(new QStackedWidget),
      empty_(new QLabel),
      more_(new QToolButton) {
    sorted_->setSourceModel(model_);
    sorted_->setSortRole(RunModel::SortRole);
    table_ = new RunTable(*sorted_);  // whose header asks for the columns
    table_->addActions({&actions_->copy, &actions_->remove});
    connect(table_, &QTreeView::customContextMenuRequested, this, &RunPanel::show_table_menu);
    build_layout();
    connect_actions();
    set_texts();
    // The model heard of the change before: it was connected first.
    // Runs that are evaluated together change together: one update serves them all.
    update_timer_.setSingleShot(true);
    connect(&update_timer_, &QTimer::timeout, this, &RunPanel::update_actions);
    for (const auto signal : {&RunStore::added, &RunStore::changed, &RunStore::removed}) {
        connect(&store, signal, &update_timer_, qOverload<>(&QTimer::start));
    }
    connect(table_->selectionModel(), &QItemSelectionModel::selectionChanged, this, [this] {
        update_actions();
        Q_EMIT selection_changed(selected_ids());
    });
    update_actions();
}

RunPanel::~RunPanel() = default;

void RunPanel::build_layout() {
    empty_->setAlignment(Qt::AlignCenter);
    empty_->setWordWrap(true);
    empty_->setForegroundRole(QPalette::PlaceholderText);
    empty_->setMargin(16);
    pages_->addWidget(empty_);
    pages_->addWidget(table_);

    auto* menu = new QMenu(more_);
    menu->addActions({&actions_->restore, &actions_->copy, &actions_->remove});
    menu->addSeparator();
    menu->addActions({&actions_->save, &actions_->open_results});
    more_->setObjectName(QStringLiteral("more"));
    more_->setMenu(menu);
    more_->setPopupMode(QToolButton::InstantPopup);
    more_->setFocusPolicy(Qt::StrongFocus);
    menu->setToolTipsVisible(true);

    auto* row = new QHBoxLayout;
    row->setContentsMargins(6, 6, 6, 0);
    row->setSpacing(4);
    auto* run = button_for(actions_->run);
    QFont bold = run->font();
    bold.setBold(true);
    run->setFont(bold);
    row->addWidget(run);
    row->addWidget(button_for(actions_->sweep));
    row->addWidget(button_for(actions_->cancel));
    row->addStretch();
    row->addWidget(button_for(actions_->compare));
    row->addWidget(button_for(actions_->settings));
    row->addWidget(more_);

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    layout->addLayout(row);
    layout->addWidget(pages_);
}

void RunPanel::connect_actions() {
    const auto on = [this](QAction& action, auto&& slot) {
        connect(&action, &QAction::triggered, this, slot);
    };
    on(actions_->run, [this] { Q_EMIT run_requested(); });
    on(actions_->sweep, [this] { Q_EMIT sweep_requested(); });
    on(actions_->settings, [this] { Q_EMIT settings_requested(); });
    on(actions_->open_results, [this] { Q_EMIT open_results_requested(); });
    on(actions_->copy, [this] { copy(); });
    on(actions_->cancel, [this] {
        for (const int id : ids_to_cancel())
            Q_EMIT cancel_requested(id);
    });
    on(actions_->compare, [this] { Q_EMIT compare_requested(ids_where(is_finished)); });
    on(actions_->save, [this] { Q_EMIT save_requested(ids_where(has_result)); });
    on(actions_->remove, [this] { Q_EMIT remove_requested(ids_where(is_done)); });
    on(actions_->restore, [this] { Q_EMIT restore_requested(selected_ids().constFirst()); });
}

void RunPanel::set_texts() {
    actions_->set_texts();
    empty_->setText(tr("No runs yet. Choose a threshold and press Run."));
    more_->setText(tr("More"));
    more_->setToolTip(tr("More to do with runs"));
    table_->setAccessibleName(tr("Runs"));
    show_can_run();
}

void RunPanel::set_can_run(bool can_run, const QString& why_not) {
    if (can_run == can_run_ && why_not == why_not_) return;  // asked at every move of a slider
    can_run_ = can_run;
    why_not_ = why_not;
    show_can_run();
}

void RunPanel::show_can_run() {
    actions_->set_texts();
    for (QAction* action : {&actions_->run, &actions_->sweep}) {
        action->setEnabled(can_run_);
        if (!can_run_ && !why_not_.isEmpty()) action->setToolTip(why_not_);
    }
}

void RunPanel::update_actions() {
    const QList<int> selected = selected_ids();
    const Run* one = selected.size() == 1 ? store_.find(selected.constFirst()) : nullptr;
    actions_->cancel.setEnabled(!ids_to_cancel().isEmpty());
    actions_->compare.setEnabled(ids_where(is_finished).size() >= 2);
    actions_->restore.setEnabled(one != nullptr && one->choices.has_value());
    actions_->save.setEnabled(!ids_where(has_result).isEmpty());
    actions_->remove.setEnabled(!ids_where(is_done).isEmpty());
    actions_->copy.setEnabled(store_.count() > 0);
    pages_->setCurrentIndex(store_.count() > 0 ? 1 : 0);
}

QList<int> RunPanel::selected_ids() const {
    // Rows from top to bottom, whatever the order in which they were clicked.
    QModelIndexList rows = table_->selectionModel()->selectedRows();
    std::sort(rows.begin(), rows.end(),
              [](const QModelIndex& a, const QModelIndex& b) { return a.row() < b.row(); });
    QList<int> ids;
    for (const QModelIndex& row : rows)
        ids << row.data(RunModel::IdRole).toInt();
    return ids;
}

void RunPanel::select(const QList<int>& ids) {
    QItemSelection selection;
    for (const int id : ids) {
        const int row = store_.row_of(id);
        if (row < 0) continue;
        const QModelIndex index = sorted_->mapFromSource(model_->index(row, 0));
        selection.select(index, index);
    }
    QItemSelectionModel& model = *table_->selectionModel();
    if (!selection.isEmpty()) {
        model.setCurrentIndex(selection.indexes().constFirst(), QItemSelectionModel::NoUpdate);
    }
    model.select(selection, QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
}

QList<int> RunPanel::ids_where(bool (*accept)(const Run&)) const {
    QList<int> ids;
    for (const int id : selected_ids()) {
        const Run* run = store_.find(id);
        if (run != nullptr && accept(*run)) ids << id;
    }
    return ids;
}

QList<int> RunPanel::ids_to_cancel() const {
    QList<int> ids = ids_where(is_active);
    if (!ids.isEmpty()) return ids;
    for (int row = 0; row < store_.count(); ++row) {
        if (store_.at(row).state == RunState::running) return {store_.at(row).id};
    }
    return {};
}

QString RunPanel::copy_text() const {
    std::vector<const Run*> runs;
    for (const int id : selected_ids())
        runs.push_back(store_.find(id));
    if (runs.empty()) {
        for (int row = 0; row < sorted_->rowCount(); ++row) {
            runs.push_back(&store_.at(sorted_->mapToSource(sorted_->index(row, 0)).row()));
        }
    }
    return runs_as_tsv(runs);
}

void RunPanel::copy() const {
    QGuiApplication::clipboard()->setText(copy_text());
}

void RunPanel::show_table_menu(const QPoint& position) {
    QMenu menu;
    menu.setToolTipsVisible(true);
    menu.addActions({&actions_->cancel, &actions_->compare, &actions_->restore});
    menu.addSeparator();
    menu.addActions({&actions_->copy, &actions_->save, &actions_->remove});
    menu.exec(table_->viewport()->mapToGlobal(position));
}

void RunPanel::save_state(QSettings& settings) const {
    table_->save_state(settings);
}

void RunPanel::restore_state(const QSettings& settings) {
    table_->restore_state(settings);
}

Panel make_run_panel(const PanelServices& services) {
    auto* panel = new RunPanel(services.runs);
    Panel made{QStringLiteral("runs"), RunPanel::tr("Runs"), PanelArea::bottom, panel};
    made.table = [panel] { return panel->copy_text(); };
    made.save_state = [panel](QSettings& settings) { panel->save_state(settings); };
    made.restore_state = [panel](const QSettings& settings) { panel->restore_state(settings); };
    return made;
}

}  // namespace headscope::ui
