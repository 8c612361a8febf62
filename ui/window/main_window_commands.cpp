// What the commands of the window do that ask the user something.

#include <QClipboard>
#include <QDir>
#include <QFileDialog>
#include <QGuiApplication>
#include <QMessageBox>
#include <QStandardPaths>
#include <QStatusBar>
#include <cmath>
#include <set>

#include "core/base/error.h"
#include "core/base/version.h"
#include "core/export/export.h"
#include "ui/runs/compare_dialog.h"
#include "ui/runs/settings_dialog.h"
#include "ui/runs/sweep_dialog.h"
#include "ui/runs/threshold_list.h"
#include "ui/search/find_thresholds_dialog.h"
#include "ui/session/error_text.h"
#include "ui/style/plot_copy.h"
#include "ui/window/about_dialog.h"
#include "ui/window/guided_tour.h"
#include "ui/window/help_dialog.h"
#include "ui/window/image_export.h"
#include "ui/window/main_window.h"
#include "ui/window/message_bar.h"
#include "ui/window/report_dialog.h"
#include "ui/window/results_files.h"
#include "ui/window/save_model_dialog.h"
#include "ui/window/status_widgets.h"
#include "ui/window/workbench.h"
#include "ui/window/workspace.h"

namespace headscope::ui {
namespace {

void show_error_in(MessageBar& bar, const Error& error) {
    const QString text = error_text(error);
    bar.show_error(text, text);
}

/// The thresholds of the original experiment, where they select anything; else such as select the
/// closest tenth of a per cent, per cent, and twentieth of all pairs.
std::vector<double> proposed_thresholds(const Session& session) {
    if (session.highest_similarity().value_or(0.0) >= 0.98) return {0.98, 0.99, 0.995};
    std::set<double> thresholds;
    for (const double percentile : {95.0, 99.0, 99.9}) {
        const double exact = threshold_of_percentile(session.similarities(), percentile);
        thresholds.insert(std::floor(exact * 1e4) / 1e4);
    }
    return {thresholds.begin(), thresholds.end()};
}

/// What the window of an evaluation may be at most where no model says it.
constexpr qint64 kMostTokens = qint64{1} << 20;

}  // namespace

void MainWindow::ask_for_model() {
    const QString folder = QFileDialog::getExistingDirectory(
        this, tr("Open the folder of a model"), workbench_.settings().recent().value(0));
    if (!folder.isEmpty()) workbench_.open(folder);
}

void MainWindow::ask_for_results() {
    workbench_.open_results(QFileDialog::getOpenFileNames(this, tr("Open results"), {},
                                                          tr("Results (*.json);;All files (*)")));
}

void MainWindow::sweep() {
    SweepDialog dialog(thresholds_text(proposed_thresholds(workbench_.session())), this);
    if (dialog.exec() == QDialog::Accepted) {
        workbench_.evaluations().start_sweep(dialog.thresholds());
    }
}

void MainWindow::find_thresholds() {
    if (find_thresholds_ == nullptr) {
        find_thresholds_ = new FindThresholdsDialog(
            workbench_.session(), workbench_.search(),
            [this] { return workbench_.search_params(); }, this);
    }
    find_thresholds_->show();
    find_thresholds_->raise();
    find_thresholds_->activateWindow();
}

void MainWindow::connect_saver() {
    const ModelSaver& saver = workbench_.saver();
    connect(&saver, &ModelSaver::started, this, [this] {
        message_bar_->hide();
        refresh();
        job_status_->show_progress({"writing", 0, 0, "MB"});
    });
    connect(&saver, &ModelSaver::progressed, job_status_, &JobStatus::show_progress);
    connect(&saver, &ModelSaver::cancelled, this, &MainWindow::refresh);
    connect(&saver, &ModelSaver::failed, this, &MainWindow::refresh);
    connect(&saver, &ModelSaver::saved, this,
            [this](const std::shared_ptr<const ExportResult>& result) {
                refresh();
                tell_saved(*result);
            });
}

void MainWindow::save_model() {
    const auto& model = workbench_.session().model();
    QDir place(QString::fromStdString(model->checkpoint.directory().string()));
    place.cdUp();
    QSettings& settings = workbench_.settings().settings();
    const QString key = QStringLiteral("window/saved_model_folder");
    const QString last = settings.value(key, place.absolutePath()).toString();
    SaveModelDialog dialog(workbench_.session(), last, this);
    if (dialog.exec() != QDialog::Accepted) return;
    settings.setValue(key, QFileInfo(dialog.folder()).absolutePath());
    workbench_.save_model(dialog.folder(), dialog.compact(), dialog.replaces(), dialog.format());
}

void MainWindow::tell_saved(const ExportResult& result) {
    std::int64_t heads = 0;
    std::int64_t kv_heads = 0;
    for (const LayerCompaction& layer : result.layers) {
        heads += layer.before.heads - layer.after.heads;
        kv_heads += layer.before.kv_heads - layer.after.kv_heads;
    }
    const QString folder = QString::fromStdString(result.directory.string());
    const QString written = tr("The merged model was written to %1").arg(folder);
    if (result.layers.empty()) {
        statusBar()->showMessage(written, 5000);
    } else {
        message_bar_->show_information(
            tr("%1, without %2 and %3; %4 there says which, and why not more.")
                .arg(written, tr("%Ln head(s)", nullptr, static_cast<int>(heads)),
                     tr("%Ln KV head(s)", nullptr, static_cast<int>(kv_heads)),
                     QLatin1String(kExportManifest)));
    }
}

void MainWindow::edit_settings() {
    const auto& model = workbench_.session().model();
    const qint64 longest = model ? model->config().longest_window() : kMostTokens;
    SettingsDialog dialog(workbench_.evaluations().settings(), longest, this);
    if (dialog.exec() == QDialog::Accepted) {
        workbench_.evaluations().set_settings(dialog.settings());
    }
}

void MainWindow::cancel() {
    workbench_.opener().cancel();
    workbench_.saver().cancel();
    workbench_.measurer().cancel();
    workbench_.evaluations().cancel_all();
    workbench_.cancel_report();
    workbench_.measures().cancel();
    workbench_.damage().cancel();
    workbench_.heads().cancel();
    workbench_.second().cancel();
    workbench_.search().cancel();
}

void MainWindow::restore_run(int run_id) {
    const Run* run = workbench_.runs().find(run_id);
    if (run == nullptr) return;
    if (run->settings) workbench_.evaluations().set_settings(*run->settings);
    if (run->choices) workbench_.session().choose(*run->choices, tr("Restore a run"));
}

void MainWindow::remove_runs(const QList<int>& run_ids) {
    for (const int id : run_ids)
        workbench_.runs().remove(id);
}

std::vector<Run> MainWindow::finished_runs(const QList<int>& run_ids) {
    const RunStore& store = workbench_.runs();
    std::vector<Run> runs;
    for (int row = 0; row < store.count(); ++row) {
        const Run& run = store.at(row);
        const bool wanted = run_ids.isEmpty() || run_ids.contains(run.id);
        if (wanted && run.result != nullptr) runs.push_back(run);
    }
    if (runs.empty()) {
        message_bar_->show_information(tr("There are no finished runs to save yet."));
    }
    return runs;
}

void MainWindow::export_report(const QList<int>& run_ids) {
    ReadRuns read;
    for (const Run& run : finished_runs(run_ids)) {
        read.runs.push_back({run.file.toStdString(), run.result});
    }
    if (read.runs.empty()) return;
    const auto analysis = std::make_shared<const Analysis>(analyze(std::move(read)));
    ReportDialog dialog(*analysis, this);
    if (dialog.exec() != QDialog::Accepted) return;
    const QString folder = QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation);
    const QString path = QFileDialog::getSaveFileName(this, tr("Export report"),
                                                      folder + QStringLiteral("/report.html"),
                                                      tr("HTML document (*.html)"));
    if (path.isEmpty()) return;
    workbench_.export_report({analysis, dialog.layers(), path.toStdString()});
    refresh();
}

void MainWindow::save_results(const QList<int>& run_ids) {
    Results results;
    for (const Run& run : finished_runs(run_ids))
        results.push_back(run.result);
    if (results.empty()) return;
    try {
        require_different_names(results);
    } catch (const Error& error) {
        return show_error_in(*message_bar_, error);
    }
    const QString folder =
        QFileDialog::getExistingDirectory(this, tr("Choose a folder for the results"));
    if (folder.isEmpty()) return;
    const QStringList in_the_way = files_in_the_way(results, folder);
    if (!in_the_way.isEmpty() &&
        QMessageBox::question(this, tr("Replace results?"),
                              tr("These files are there already:\n%1\n\nReplace them?")
                                  .arg(in_the_way.join(QLatin1Char('\n')))) != QMessageBox::Yes) {
        return;
    }
    workbench_.save_results(results, folder);
}

void MainWindow::compare(const QList<int>& run_ids) {
    std::vector<Run> runs;
    for (const int id : run_ids) {
        if (const Run* run = workbench_.runs().find(id)) runs.push_back(*run);
    }
    CompareDialog(std::move(runs), this).exec();
}

void MainWindow::step_layer(int by) {
    Session& session = workbench_.session();
    session.focus_layer(session.focused_layer() + by);
}

void MainWindow::fill_export_menus() {
    for (const Panel& panel : workspace_->panels()) {
        if (panel.table) {
            connect(actions_->copy_table->addAction(panel.title), &QAction::triggered, this,
                    [panel] { QGuiApplication::clipboard()->setText(panel.table()); });
        }
        if (!panel.plot) continue;
        connect(actions_->copy_image->addAction(panel.title), &QAction::triggered, this,
                [panel] { copy_plot(*panel.plot()); });
        connect(actions_->save_image->addAction(panel.title + QStringLiteral("...")),
                &QAction::triggered, this, [this, panel] { export_image(panel); });
    }
}

void MainWindow::export_image(const Panel& panel) {
    try {
        const auto file = ask_for_image_file(panel.id, this);
        if (file) workbench_.save_image(draw_image(*panel.plot(), *file));
    } catch (const Error& error) {
        show_error_in(*message_bar_, error);
    }
}

void MainWindow::show_help() {
    HelpDialog(actions_->with_shortcuts(), this).exec();
}

void MainWindow::start_tour() {
    // Made anew: the first step depends on whether a model is open.
    delete tour_;
    tour_ = new Tour(guided_tour(workbench_, *start_page_, *workspace_), this);
    connect(tour_, &Tour::closed, this, [this] { workbench_.settings().set_tour_closed(true); });
    tour_->start();
}

void MainWindow::show_about() {
    AboutDialog(QLatin1String(kVersion), this).exec();
}

}  // namespace headscope::ui
