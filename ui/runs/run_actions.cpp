#include "ui/runs/run_actions.h"

#include <utility>

namespace headscope::ui {

RunActions::RunActions(QObject* parent) : QObject(parent) {
    run.setObjectName(QStringLiteral("run"));
    sweep.setObjectName(QStringLiteral("sweep"));
    cancel.setObjectName(QStringLiteral("cancel"));
    compare.setObjectName(QStringLiteral("compare"));
    settings.setObjectName(QStringLiteral("settings"));
    restore.setObjectName(QStringLiteral("restore"));
    save.setObjectName(QStringLiteral("save"));
    remove.setObjectName(QStringLiteral("remove"));
    open_results.setObjectName(QStringLiteral("open_results"));
    copy.setObjectName(QStringLiteral("copy"));
    // Where the table has the focus only: these keys mean something else elsewhere.
    for (const auto& [action, key] :
         {std::pair{&copy, QKeySequence::Copy}, std::pair{&remove, QKeySequence::Delete}}) {
        action->setShortcut(key);
        action->setShortcutContext(Qt::WidgetShortcut);
    }
    set_texts();
}

void RunActions::set_texts() {
    const auto name = [](QAction& action, const QString& text, const QString& tip) {
        action.setText(text);
        // Else a tool button would leave out the dots of "Sweep...".
        action.setIconText(QString(text).remove(QLatin1Char('&')));
        action.setToolTip(tip);
        action.setStatusTip(tip);
    };
    name(run, tr("&Run"), tr("Measures perplexity and accuracy of the present plan"));
    name(sweep, tr("S&weep..."), tr("Runs the present choices at several thresholds together"));
    name(cancel, tr("&Cancel"), tr("Ends the selected runs that wait or work, or the running one"));
    name(compare, tr("Co&mpare"), tr("Shows the selected finished runs side by side"));
    name(settings, tr("Se&ttings..."),
         tr("Protocol, window, corpus, device and dtype of new runs"));
    name(restore, tr("R&estore choices"),
         tr("Takes threshold, layers, grouping, KV policy and the settings of evaluations from the "
            "selected run"));
    name(save, tr("&Save results..."), tr("Writes the selected finished runs as results files"));
    name(remove, tr("Remo&ve"), tr("Takes the selected runs off the table; files stay"));
    name(open_results, tr("&Open results..."), tr("Adds runs from results files"));
    name(copy, tr("Co&py"), tr("Copies the selected runs, or all, as tab-separated text"));
}

}  // namespace headscope::ui
