#pragma once

#include <QList>
#include <QString>
#include <QWidget>
#include <utility>

class QAction;
class QLineEdit;
class QSortFilterProxyModel;
class QStandardItemModel;
class QTreeView;

namespace headscope::ui {

/// All shortcuts of the program by menu, and what mouse and keys do in the plots, to be searched.
class ShortcutsPage : public QWidget {
    Q_OBJECT

  public:
    /// Takes those of `actions` that have a shortcut.
    explicit ShortcutsPage(const QList<QAction*>& actions, QWidget* parent = nullptr);

    /// More rows: what is done, and with which keys or mouse. They are translated already.
    void add_hints(const QString& group, const QList<std::pair<QString, QString>>& hints);

  private:
    void add_row(const QString& group, const QString& what, const QString& keys);
    void add_actions(const QList<QAction*>& actions);
    void add_plot_hints();
    void search(const QString& text);

    QStandardItemModel* model_ = nullptr;
    QSortFilterProxyModel* found_ = nullptr;
    QLineEdit* search_ = nullptr;
    QTreeView* table_ = nullptr;
};

}  // namespace headscope::ui
