#include "ui/runs/run_table.h"

#include <QHeaderView>
#include <QMenu>
#include <QSettings>
#include <QSortFilterProxyModel>

#include "ui/runs/run_model.h"
#include "ui/runs/run_state_delegate.h"

namespace headscope::ui {
namespace {

const QString kHeaderKey = QStringLiteral("runs/columns");
/// A header state of another set of columns must not be restored.
const QString kHeaderCountKey = QStringLiteral("runs/column_count");

}  // namespace

RunTable::RunTable(QSortFilterProxyModel& runs, QWidget* parent) : QTreeView(parent) {
    setModel(&runs);
    setItemDelegateForColumn(RunModel::state_column, new RunStateDelegate(this));
    setRootIsDecorated(false);
    setUniformRowHeights(true);
    setAllColumnsShowFocus(true);
    setAlternatingRowColors(true);
    setSelectionBehavior(QAbstractItemView::SelectRows);
    setSelectionMode(QAbstractItemView::ExtendedSelection);
    setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    setContextMenuPolicy(Qt::CustomContextMenu);
    set_up_header();
}

void RunTable::set_up_header() {
    header()->setSectionsMovable(true);
    header()->setFirstSectionMovable(true);
    header()->setStretchLastSection(false);
    header()->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(header(), &QHeaderView::customContextMenuRequested, this, &RunTable::show_header_menu);
    // No order of its own at first: that of the store, where the newest is last.
    setSortingEnabled(true);
    sortByColumn(-1, Qt::AscendingOrder);
    header()->setSortIndicatorClearable(true);

    // Wide enough for typical texts, so that the columns do not move while figures grow.
    const QFontMetrics metrics = fontMetrics();
    const char* const samples[RunModel::column_count] = {"Running, 100 % mm",
                                                         "Threshold mm",
                                                         "attention mm",
                                                         "1,234 mm",
                                                         "1,234 mm",
                                                         "+0.0130 % [+0.0114, +0.0146] m",
                                                         "61.6318 [58.92, 64.47] m",
                                                         "+0.004 [+0.010, +0.003] mm",
                                                         "33.009 % [32.80, 33.20] mm",
                                                         "0.0123 [0.0119, 0.0127] mm",
                                                         "97.12 % [97.01, 97.23] mm",
                                                         "1,234 / 1,234 windows",
                                                         "Remaining mm",
                                                         "Windows/s mm",
                                                         "gptq, 512, float32, cpu, components, "
                                                         "average, 16 layers",
                                                         "Duration mm",
                                                         "a-model-of-length"};
    for (int column = 0; column < RunModel::column_count; ++column) {
        header()->resizeSection(column,
                                metrics.horizontalAdvance(QString::fromLatin1(samples[column])));
    }
}

void RunTable::show_header_menu(const QPoint& position) {
    QMenu menu;
    for (int column = 0; column < RunModel::column_count; ++column) {
        QAction* action = menu.addAction(model()->headerData(column, Qt::Horizontal).toString());
        action->setCheckable(true);
        action->setChecked(!header()->isSectionHidden(column));
        // The first column stays, so that there is always a heading left to open this menu on.
        action->setEnabled(column != RunModel::state_column);
        connect(action, &QAction::toggled, this,
                [this, column](bool shown) { header()->setSectionHidden(column, !shown); });
    }
    menu.exec(header()->mapToGlobal(position));
}

void RunTable::save_state(QSettings& settings) const {
    settings.setValue(kHeaderKey, header()->saveState());
    settings.setValue(kHeaderCountKey, static_cast<int>(RunModel::column_count));
}

void RunTable::restore_state(const QSettings& settings) {
    if (settings.value(kHeaderCountKey).toInt() != RunModel::column_count) return;
    header()->restoreState(settings.value(kHeaderKey).toByteArray());
}

}  // namespace headscope::ui
