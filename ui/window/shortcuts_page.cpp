#include "ui/window/shortcuts_page.h"

#include <QAction>
#include <QHeaderView>
#include <QLineEdit>
#include <QMenu>
#include <QRegularExpression>
#include <QSortFilterProxyModel>
#include <QStandardItemModel>
#include <QTreeView>
#include <QVBoxLayout>

namespace headscope::ui {
namespace {

/// A text of a menu without its mnemonic.
QString without_mnemonic(QString text) {
    static const QRegularExpression cjk_style(QStringLiteral("\\s*\\(&\\w\\)"));
    static const QRegularExpression mark(QStringLiteral("&(.)"));
    return text.remove(cjk_style).replace(mark, QStringLiteral("\\1"));
}

/// The title of the menu that the action is in; empty where it is in none.
QString menu_of(const QAction& action) {
    const auto objects = action.associatedObjects();
    for (QObject* object : objects) {
        if (const auto* menu = qobject_cast<QMenu*>(object)) {
            return without_mnemonic(menu->title());
        }
    }
    return {};
}

QString keys_of(const QAction& action) {
    QStringList keys;
    const auto shortcuts = action.shortcuts();
    for (const QKeySequence& shortcut : shortcuts) {
        keys.append(shortcut.toString(QKeySequence::NativeText));
    }
    return keys.join(QStringLiteral(", "));
}

}  // namespace

ShortcutsPage::ShortcutsPage(const QList<QAction*>& actions, QWidget* parent) : QWidget(parent) {
    model_ = new QStandardItemModel(0, 2, this);
    model_->setHorizontalHeaderLabels({tr("What"), tr("Keys or mouse")});
    found_ = new QSortFilterProxyModel(this);
    found_->setSourceModel(model_);
    found_->setFilterKeyColumn(-1);
    found_->setFilterCaseSensitivity(Qt::CaseInsensitive);
    found_->setRecursiveFilteringEnabled(true);
    found_->setAutoAcceptChildRows(true);  // a group's name finds all of the group
    search_ = new QLineEdit(this);
    search_->setPlaceholderText(tr("Search"));
    search_->setAccessibleName(tr("Search the shortcuts"));
    search_->setClearButtonEnabled(true);
    connect(search_, &QLineEdit::textChanged, this, &ShortcutsPage::search);
    table_ = new QTreeView(this);
    table_->setAccessibleName(tr("Shortcuts"));
    table_->setModel(found_);
    table_->setRootIsDecorated(false);
    table_->setItemsExpandable(false);
    table_->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table_->header()->setStretchLastSection(true);
    auto* column = new QVBoxLayout(this);
    column->addWidget(search_);
    column->addWidget(table_, 1);

    add_actions(actions);
    add_plot_hints();
    setFocusProxy(search_);
}

void ShortcutsPage::add_row(const QString& group, const QString& what, const QString& keys) {
    const auto groups = model_->findItems(group);
    QStandardItem* parent = groups.isEmpty() ? nullptr : groups.constFirst();
    if (parent == nullptr) {
        parent = new QStandardItem(group);
        QFont bold = font();
        bold.setBold(true);
        parent->setFont(bold);
        auto* beside = new QStandardItem;
        parent->setSelectable(false);
        beside->setSelectable(false);
        model_->appendRow({parent, beside});
    }
    parent->appendRow({new QStandardItem(what), new QStandardItem(keys)});
}

void ShortcutsPage::add_hints(const QString& group,
                              const QList<std::pair<QString, QString>>& hints) {
    for (const auto& [what, keys] : hints)
        add_row(group, what, keys);
    table_->expandAll();
    table_->resizeColumnToContents(0);
}

void ShortcutsPage::add_actions(const QList<QAction*>& actions) {
    for (const QAction* action : actions) {
        if (action->shortcuts().isEmpty()) continue;
        const QString menu = menu_of(*action);
        add_row(menu.isEmpty() ? tr("Other") : menu, without_mnemonic(action->text()),
                keys_of(*action));
    }
}

void ShortcutsPage::add_plot_hints() {
    const auto key = [](int code) { return QKeySequence(code).toString(QKeySequence::NativeText); };
    const QString left_right = tr("%1, %2").arg(key(Qt::Key_Left), key(Qt::Key_Right));
    add_hints(tr("Distribution of similarities"),
              {{tr("Move the threshold"), tr("Drag the line")},
               {tr("Move the threshold by 0.001"), left_right},
               {tr("Move the threshold by 0.01"), tr("%1 with Shift").arg(left_right)},
               {tr("Zoom"), tr("Wheel")},
               {tr("Move the view"), tr("Drag beside the line")},
               {tr("Show all similarities"), tr("Double click")},
               {tr("Logarithmic counts, copy"), tr("Right click")}});
    const QString arrows = tr("%1, %2, %3").arg(left_right, key(Qt::Key_Up), key(Qt::Key_Down));
    add_hints(tr("Heatmap"), {{tr("Read a pair"), tr("Point at it")},
                              {tr("Move over the cells"), arrows},
                              {tr("Pin a pair"), tr("Click, or %1").arg(key(Qt::Key_Return))},
                              {tr("Let go of the pinned pair"), key(Qt::Key_Escape)},
                              {tr("Zoom"), tr("Wheel, or + and \u2212")},
                              {tr("Move the view"), tr("Drag")},
                              {tr("Show all heads"), tr("Double click, or 0")}});
    const QString select = tr("Click, or %1").arg(key(Qt::Key_Return));
    add_hints(tr("Map of all heads"),
              {{tr("Move over the heads"), arrows},
               {tr("Select a head"), select},
               {tr("Select a range"), tr("Click with Shift, or %1 with Shift").arg(arrows)},
               {tr("Select one more"), tr("Click with Ctrl")},
               {tr("Merge, remove, exclude"), tr("Right click")}});
    add_hints(tr("Scatter of heads"),
              {{tr("Move over the heads in the order of their values"), arrows},
               {tr("Select a head"), select},
               {tr("Select all inside a rectangle"), tr("Drag")},
               {tr("Add to the selection"), tr("The same with Ctrl or Shift")},
               {tr("Clear the selection"), key(Qt::Key_Escape)},
               {tr("Zoom"), tr("Wheel")},
               {tr("Show all heads"), tr("Double click, or 0")}});
    add_hints(tr("Attention"), {{tr("Look at a token"), tr("Point at it")},
                                {tr("Keep a token"), tr("Click")},
                                {tr("Move over the tokens"), left_right}});
    add_hints(tr("Layers"), {{tr("Look at another layer"), tr("Click, or arrow keys")},
                             {tr("Select several"), tr("Click with Ctrl or Shift")},
                             {tr("Include or exclude the selected"), key(Qt::Key_Space)}});
    add_hints(tr("Runs and pairs"),
              {{tr("Copy the selected rows"),
                QKeySequence(QKeySequence::Copy).toString(QKeySequence::NativeText)},
               {tr("Show and hide columns"), tr("Right click on the header")}});
}

void ShortcutsPage::search(const QString& text) {
    found_->setFilterFixedString(text.trimmed());
    table_->expandAll();
}

}  // namespace headscope::ui
