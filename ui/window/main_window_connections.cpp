// How the parts of the window are connected: commands, the workbench, and the panels.

#include <QStatusBar>

#include "ui/distribution/distribution_panel.h"
#include "ui/distribution/live_estimate_view.h"
#include "ui/runs/run_curves.h"
#include "ui/runs/run_panel.h"
#include "ui/window/main_window.h"
#include "ui/window/message_bar.h"
#include "ui/window/start_page.h"
#include "ui/window/status_widgets.h"
#include "ui/window/workbench.h"
#include "ui/window/workspace.h"

namespace headscope::ui {

void MainWindow::connect_actions() {
    const auto on = [this](QAction* action, auto what) {
        connect(action, &QAction::triggered, this, what);
    };
    on(actions_->open_model, &MainWindow::ask_for_model);
    on(actions_->open_demo, [this] { workbench_.open_demo(); });
    on(actions_->open_results, &MainWindow::ask_for_results);
    on(actions_->close_model, [this] { workbench_.close_model(); });
    on(actions_->save_results,
       [this] { save_results(workspace_->panel<RunPanel>().selected_ids()); });
    on(actions_->save_model, &MainWindow::save_model);
    on(actions_->export_report,
       [this] { export_report(workspace_->panel<RunPanel>().selected_ids()); });
    on(actions_->quit, [this] {
        if (may_quit()) close();
    });
    on(actions_->include_all_layers, [this] { workbench_.session().choose_layers({}); });
    on(actions_->previous_layer, [this] { step_layer(-1); });
    on(actions_->next_layer, [this] { step_layer(1); });
    on(actions_->run, [this] { workbench_.evaluations().start(); });
    on(actions_->sweep, &MainWindow::sweep);
    on(actions_->find_thresholds, &MainWindow::find_thresholds);
    on(actions_->cancel, &MainWindow::cancel);
    on(actions_->settings, &MainWindow::edit_settings);
    on(actions_->reset_layout, [this] { workspace_->reset_layout(); });
    on(actions_->live_estimate,
       [this](bool is_on) { workbench_.evaluations().set_live_estimate(is_on); });
    on(actions_->help, &MainWindow::show_help);
    on(actions_->tour, &MainWindow::start_tour);
    on(actions_->about, &MainWindow::show_about);

    connect(start_page_, &StartPage::open_model_requested, actions_->open_model, &QAction::trigger);
    connect(start_page_, &StartPage::open_demo_requested, actions_->open_demo, &QAction::trigger);
    connect(start_page_, &StartPage::open_results_requested, actions_->open_results,
            &QAction::trigger);
    connect(start_page_, &StartPage::open_path_requested, &workbench_, &Workbench::open);
    connect(start_page_, &StartPage::forget_requested, this, [this](const QString& path) {
        workbench_.settings().forget_recent(path);
        fill_recent();
    });
}

void MainWindow::connect_workbench() {
    connect(&workbench_, &Workbench::failed, message_bar_, &MessageBar::show_error);
    connect(&workbench_, &Workbench::recent_changed, this, &MainWindow::fill_recent);
    connect(&workbench_, &Workbench::noted, message_bar_, &MessageBar::show_information);
    actions_->allow_unused_tensors->setChecked(workbench_.settings().allow_unused_tensors());
    connect(actions_->allow_unused_tensors, &QAction::toggled, &workbench_,
            &Workbench::allow_unused_tensors);
    connect(&workbench_.session(), &Session::model_changed, this, &MainWindow::refresh);
    connect(&workbench_.session(), &Session::plan_changed, this, &MainWindow::refresh_runs);
    connect(&workbench_.runs(), &RunStore::added, this, &MainWindow::refresh);
    connect(&workbench_.runs(), &RunStore::removed, this, &MainWindow::refresh);
    connect(&workbench_.evaluations(), &Evaluations::progressed, this,
            [this](const Progress& progress) {
                // The bar stays with what ends sooner.
                if (!workbench_.saver().saving()) job_status_->show_progress(progress);
            });
    const Measurer& measurer = workbench_.measurer();
    connect(&measurer, &Measurer::started, this, [this] {
        message_bar_->hide();
        refresh();
        const bool calibrating = workbench_.measurer().calibrating();
        job_status_->show_progress({calibrating ? "tokenizing" : "similarity", 0, 0, "layers"});
    });
    connect(&measurer, &Measurer::progressed, job_status_, &JobStatus::show_progress);
    connect(&measurer, &Measurer::ended, this, &MainWindow::refresh);
    connect(&workbench_, &Workbench::results_saved, this, [this](const QString& folder) {
        statusBar()->showMessage(tr("Results were written to %1").arg(folder), 5000);
    });
    connect(&workbench_, &Workbench::image_saved, this, [this](const QString& path) {
        statusBar()->showMessage(tr("The image was written to %1").arg(path), 5000);
    });
    connect(&workbench_, &Workbench::report_progressed, job_status_, &JobStatus::show_progress);
    connect(&workbench_, &Workbench::report_ended, this, [this](const QString& path) {
        refresh();
        if (!path.isEmpty()) {
            statusBar()->showMessage(tr("The report was written to %1").arg(path), 5000);
        }
    });
    connect(&workbench_.evaluations(), &Evaluations::busy_changed, this, &MainWindow::refresh);
    connect(&workbench_.evaluations(), &Evaluations::device_changed, this, &MainWindow::refresh);

    connect(&workbench_.measures(), &MeasureStore::progressed, job_status_,
            &JobStatus::show_progress);
    connect(&workbench_.measures(), &MeasureStore::changed, this, &MainWindow::refresh);
    connect(&workbench_.damage(), &DamageStore::progressed, job_status_, &JobStatus::show_progress);
    connect(&workbench_.damage(), &DamageStore::changed, this, &MainWindow::refresh);
    connect(&workbench_.heads(), &HeadStore::progressed, job_status_, &JobStatus::show_progress);
    connect(&workbench_.heads(), &HeadStore::changed, this, &MainWindow::refresh);
    connect(&workbench_.second(), &SecondModel::progressed, job_status_, &JobStatus::show_progress);
    connect(&workbench_.second(), &SecondModel::changed, this, &MainWindow::refresh);
    connect(&workbench_.search(), &ThresholdSearch::progressed, job_status_,
            &JobStatus::show_progress);
    connect(&workbench_.search(), &ThresholdSearch::changed, this, &MainWindow::refresh);
    connect(&workspace_->panel<DistributionPanel>(), &DistributionPanel::find_thresholds_requested,
            actions_->find_thresholds, &QAction::trigger);

    const ModelOpener& opener = workbench_.opener();
    connect(&opener, &ModelOpener::started, this, [this](const QString& path) {
        message_bar_->hide();
        refresh();
        statusBar()->showMessage(tr("Opening %1").arg(path));
        job_status_->show_progress({"similarity", 0, 0, "layers"});
    });
    connect(&opener, &ModelOpener::progressed, job_status_, &JobStatus::show_progress);
    connect(&opener, &ModelOpener::cancelled, this, &MainWindow::refresh);
    connect(&opener, &ModelOpener::failed, this, &MainWindow::refresh);
    connect(&opener, &ModelOpener::opened, this, &MainWindow::refresh);
}

void MainWindow::connect_run_panel() {
    RunPanel& panel = workspace_->panel<RunPanel>();
    Evaluations& evaluations = workbench_.evaluations();
    connect(&panel, &RunPanel::run_requested, actions_->run, &QAction::trigger);
    connect(&panel, &RunPanel::sweep_requested, actions_->sweep, &QAction::trigger);
    connect(&panel, &RunPanel::settings_requested, actions_->settings, &QAction::trigger);
    connect(&panel, &RunPanel::open_results_requested, actions_->open_results, &QAction::trigger);
    connect(&panel, &RunPanel::cancel_requested, &evaluations, &Evaluations::cancel);
    connect(&panel, &RunPanel::restore_requested, this, &MainWindow::restore_run);
    connect(&panel, &RunPanel::remove_requested, this, &MainWindow::remove_runs);
    connect(&panel, &RunPanel::save_requested, this, &MainWindow::save_results);
    connect(&panel, &RunPanel::compare_requested, this, &MainWindow::compare);
    connect(&panel, &RunPanel::selection_changed, &workspace_->panel<RunCurves>(),
            &RunCurves::show_runs);
}

void MainWindow::connect_live_estimate() {
    Evaluations& evaluations = workbench_.evaluations();
    LiveEstimateView& view = workspace_->panel<DistributionPanel>().live_view();
    connect(&view, &LiveEstimateView::toggled, &evaluations, &Evaluations::set_live_estimate);
    const auto show = [this, &evaluations, &view] {
        view.set_on(evaluations.live_estimate_on());
        view.set_estimate(evaluations.live_estimate());
        actions_->live_estimate->setChecked(evaluations.live_estimate_on());
    };
    connect(&evaluations, &Evaluations::live_estimate_changed, this, show);
    show();
}

}  // namespace headscope::ui
