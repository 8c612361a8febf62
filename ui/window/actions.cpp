#include "ui/window/actions.h"

#include <QMainWindow>
#include <QMenuBar>
#include <QToolBar>
#include <QUndoStack>
#include <initializer_list>
#include <utility>

#include "ui/style/icon.h"

namespace headscope::ui {
Actions::Actions(QMainWindow& window, QUndoStack& undo_stack) : window_(window) {
    make_file_menu();
    make_edit_menu(undo_stack);
    make_view_menu();
    make_run_menu();
    make_help_menu();
    make_tool_bar();
    set_icons(window_.palette());
}

QAction* Actions::add(QMenu& menu, const QString& text, const QKeySequence& shortcut,
                      const QString& tip) {
    QAction* action = menu.addAction(text);
    action->setShortcut(shortcut);
    if (!tip.isEmpty()) {
        action->setStatusTip(tip);
        action->setToolTip(
            shortcut.isEmpty()
                ? tip
                : QStringLiteral("%1 (%2)").arg(tip, shortcut.toString(QKeySequence::NativeText)));
    }
    all_ << action;
    return action;
}

void Actions::make_file_menu() {
    QMenu& menu = *window_.menuBar()->addMenu(tr("&File"));
    open_model =
        add(menu, tr("&Open model..."), QKeySequence::Open, tr("Open the folder of a checkpoint"));
    open_demo = add(menu, tr("Open the &demo model"), QKeySequence(Qt::CTRL | Qt::Key_D),
                    tr("Open the small model that ships with Headscope"));
    recent = menu.addMenu(tr("Open &recent"));
    close_model = add(menu, tr("&Close model"), QKeySequence::Close, {});
    allow_unused_tensors =
        add(menu, tr("Run models with &unused tensors"), {},
            tr("Runs a model though its files hold tensors that would change its layers and that "
               "it does not use; the Model tab lists them"));
    allow_unused_tensors->setCheckable(true);
    menu.addSeparator();
    open_results = add(menu, tr("Open r&esults..."), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_O),
                       tr("Put results of earlier runs beside the others"));
    save_results = add(menu, tr("&Save results..."), QKeySequence::Save,
                       tr("Write the results of the selected runs as JSON files"));
    save_model =
        add(menu, tr("Save &merged model..."), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_S),
            tr("Write the model with the present merge as a checkpoint"));
    export_report = add(menu, tr("Export re&port..."), QKeySequence(Qt::CTRL | Qt::Key_E),
                        tr("Write the selected runs with tables and charts as one HTML file"));
    save_image = menu.addMenu(tr("Save &image"));
    menu.addSeparator();
    quit = add(menu, tr("&Quit"), QKeySequence::Quit, {});
    quit->setMenuRole(QAction::QuitRole);
}

void Actions::make_edit_menu(QUndoStack& undo_stack) {
    QMenu& menu = *window_.menuBar()->addMenu(tr("&Edit"));
    undo = undo_stack.createUndoAction(&window_);
    redo = undo_stack.createRedoAction(&window_);
    undo->setShortcut(QKeySequence::Undo);
    redo->setShortcut(QKeySequence::Redo);
    menu.addActions({undo, redo});
    all_ << undo << redo;
    menu.addSeparator();
    copy_table = menu.addMenu(tr("Copy &table"));
    copy_image = menu.addMenu(tr("Copy &image"));
    menu.addSeparator();
    include_all_layers =
        add(menu, tr("Include &all layers"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_A), {});
}

void Actions::make_view_menu() {
    QMenu& menu = *window_.menuBar()->addMenu(tr("&View"));
    panels = menu.addMenu(tr("&Panels"));
    reset_layout =
        add(menu, tr("&Reset the layout"), {}, tr("Put all panels back in their places"));
    menu.addSeparator();
    previous_layer =
        add(menu, tr("P&revious layer"), QKeySequence(Qt::ALT | Qt::Key_Up), tr("Previous layer"));
    next_layer =
        add(menu, tr("&Next layer"), QKeySequence(Qt::ALT | Qt::Key_Down), tr("Next layer"));
    menu.addSeparator();
    appearance = menu.addMenu(tr("&Appearance"));
    language = menu.addMenu(tr("&Language"));
}

void Actions::make_run_menu() {
    QMenu& menu = *window_.menuBar()->addMenu(tr("&Run", "menu"));
    run = add(menu, tr("&Run"), QKeySequence(Qt::CTRL | Qt::Key_R),
              tr("Merge the selected heads and measure perplexity and accuracy"));
    sweep = add(menu, tr("&Sweep..."), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_R),
                tr("Evaluate several thresholds together"));
    find_thresholds = add(menu, tr("&Find thresholds..."), QKeySequence(Qt::CTRL | Qt::Key_T),
                          tr("Find a threshold for each layer that keeps perplexity within a "
                             "budget"));
    cancel = add(menu, tr("&Cancel"), QKeySequence(Qt::CTRL | Qt::Key_Period),
                 tr("End what is running"));
    menu.addSeparator();
    live_estimate =
        add(menu, tr("&Live estimate"), QKeySequence(Qt::CTRL | Qt::Key_L),
            tr("While it is on, a few windows show what the current threshold does to perplexity"));
    live_estimate->setCheckable(true);
    settings = add(menu, tr("S&ettings of evaluations..."), QKeySequence(Qt::CTRL | Qt::Key_Comma),
                   tr("Protocol, window, corpus, device and dtype"));
}

void Actions::make_help_menu() {
    QMenu& menu = *window_.menuBar()->addMenu(tr("&Help"));
    help = add(menu, tr("&Help"), QKeySequence::HelpContents,
               tr("Keyboard and mouse, what measures mean, glossary"));
    tour = add(menu, tr("Guided &tour"), {}, tr("Five steps through the window"));
    about = add(menu, tr("&About Headscope"), {}, {});
    about->setMenuRole(QAction::AboutRole);
}

void Actions::make_tool_bar() {
    QToolBar& bar = *window_.addToolBar(tr("Tool bar"));
    bar.setObjectName(QStringLiteral("tool_bar"));
    bar.setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    const int side = window_.fontMetrics().height();
    bar.setIconSize({side, side});
    bar.addActions({open_model, open_results});
    bar.addSeparator();
    bar.addActions({undo, redo});
    bar.addSeparator();
    bar.addActions({run, sweep, cancel, live_estimate});
    bar.addSeparator();
    bar.addAction(settings);
    settings->setIconText(tr("Settings"));
    open_model->setIconText(tr("Open model"));
    open_results->setIconText(tr("Open results"));
    sweep->setIconText(tr("Sweep"));
    undo->setIconText(tr("Undo"));
    redo->setIconText(tr("Redo"));
}

void Actions::set_icons(const QPalette& palette) {
    const std::initializer_list<std::pair<QAction*, const char*>> icons = {
        {open_model, "open_model"},
        {open_results, "open_results"},
        {undo, "undo"},
        {redo, "redo"},
        {run, "run"},
        {sweep, "sweep"},
        {cancel, "cancel"},
        {live_estimate, "live"},
        {settings, "settings"},
        {find_thresholds, "find"},
        {save_results, "save"}};
    for (const auto& [action, name] : icons)
        action->setIcon(action_icon(QLatin1String(name), palette));
}

QList<QAction*> Actions::with_shortcuts() const {
    QList<QAction*> found;
    for (QAction* action : all_) {
        if (!action->shortcut().isEmpty()) found << action;
    }
    return found;
}

}  // namespace headscope::ui
