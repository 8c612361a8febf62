#pragma once

#include <QAction>
#include <QCoreApplication>
#include <QList>
#include <QMenu>

class QMainWindow;
class QUndoStack;

namespace headscope::ui {

/// All commands of the window, each once: menus, tool bar and shortcuts show the same objects. What
/// they do is connected by MainWindow.
struct Actions {
    Q_DECLARE_TR_FUNCTIONS(headscope::ui::Actions)

  public:
    explicit Actions(QMainWindow& window, QUndoStack& undo_stack);

    QAction* open_model;
    QAction* open_demo;
    QAction* allow_unused_tensors;
    QAction* open_results;
    QAction* close_model;
    QAction* save_results;
    QAction* save_model;
    QAction* export_report;
    QAction* quit;
    QAction* undo;
    QAction* redo;
    QAction* include_all_layers;
    QAction* previous_layer;
    QAction* next_layer;
    QAction* run;
    QAction* sweep;
    QAction* find_thresholds;
    QAction* cancel;
    QAction* live_estimate;
    QAction* settings;
    QAction* reset_layout;
    QAction* help;
    QAction* tour;
    QAction* about;

    QMenu* recent;      ///< filled by MainWindow
    QMenu* copy_image;  ///< a panel each
    QMenu* copy_table;
    QMenu* save_image;
    QMenu* panels;  ///< shows and hides docks
    QMenu* appearance;
    QMenu* language;

    /// Every action that has a shortcut, in the order of the menus.
    [[nodiscard]] QList<QAction*> with_shortcuts() const;

    /// Draws the icons in the colours of a palette.
    void set_icons(const QPalette& palette);

  private:
    QAction* add(QMenu& menu, const QString& text, const QKeySequence& shortcut,
                 const QString& tip);
    void make_file_menu();
    void make_edit_menu(QUndoStack& undo_stack);
    void make_view_menu();
    void make_run_menu();
    void make_help_menu();
    void make_tool_bar();

    QMainWindow& window_;
    QList<QAction*> all_;
};

}  // namespace headscope::ui
