#include "ui/window/main_window.h"

#include <QActionGroup>
#include <QCloseEvent>
#include <QDockWidget>
#include <QDragEnterEvent>
#include <QLabel>
#include <QMimeData>
#include <QStackedWidget>
#include <QStatusBar>
#include <QVBoxLayout>

#include "ui/distribution/distribution_panel.h"
#include "ui/distribution/live_estimate_view.h"
#include "ui/runs/run_curves.h"
#include "ui/runs/run_panel.h"
#include "ui/search/find_thresholds_dialog.h"
#include "ui/window/message_bar.h"
#include "ui/window/start_page.h"
#include "ui/window/status_widgets.h"
#include "ui/window/translations.h"
#include "ui/window/workbench.h"
#include "ui/window/workspace.h"

namespace headscope::ui {
namespace {

/// The files of a drag that are on this machine.
QStringList local_files(const QMimeData& data) {
    QStringList paths;
    for (const QUrl& url : data.urls()) {
        if (url.isLocalFile()) paths << url.toLocalFile();
    }
    return paths;
}

}  // namespace

MainWindow::MainWindow(Workbench& workbench, QWidget* parent)
    : QMainWindow(parent),
      workbench_(workbench),
      actions_(std::make_unique<Actions>(*this, *workbench.session().undo_stack())) {
    setObjectName(QStringLiteral("main_window"));
    setAcceptDrops(true);
    resize(QSize(1280, 800).boundedTo(screen()->availableSize()));
    make_pages();
    make_status_bar();
    fill_export_menus();
    fill_choice_menus();
    fill_recent();
    connect_actions();
    connect_workbench();
    connect_saver();
    connect_run_panel();
    connect_live_estimate();

    QSettings& settings = workbench_.settings().settings();
    restoreGeometry(settings.value(QStringLiteral("window/geometry")).toByteArray());
    restoreState(settings.value(QStringLiteral("window/tool_bars")).toByteArray());
    workspace_->restore_state(settings);
    refresh();
}

MainWindow::~MainWindow() = default;

void MainWindow::make_pages() {
    start_page_ = new StartPage;
    workspace_ = new Workspace(workbench_);
    message_bar_ = new MessageBar;
    pages_ = new QStackedWidget;
    pages_->addWidget(start_page_);
    pages_->addWidget(workspace_);
    auto* page = new QWidget;
    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(message_bar_);
    layout->addWidget(pages_, 1);
    setCentralWidget(page);
    for (QDockWidget* dock : workspace_->docks()) actions_->panels->addAction(dock->toggleViewAction());
}

void MainWindow::make_status_bar() {
    job_status_ = new JobStatus;
    device_ = new QLabel;
    device_->setToolTip(tr("Where and in what the loaded model computes"));
    statusBar()->addPermanentWidget(job_status_);
    statusBar()->addPermanentWidget(device_);
    statusBar()->addPermanentWidget(new MemoryStatus);
    connect(job_status_, &JobStatus::cancel_requested, this, &MainWindow::cancel);
}

void MainWindow::connect_actions() {
    const auto on = [this](QAction* action, auto what) {
        connect(action, &QAction::triggered, this, what);
    };
    on(actions_->open_model, &MainWindow::ask_for_model);
    on(actions_->open_demo, [this] { workbench_.open_demo(); });
    on(actions_->open_results, &MainWindow::ask_for_results);
    on(actions_->close_model, [this] { workbench_.close_model(); });
    on(actions_->save_results, [this] { save_results(workspace_->run_panel().selected_ids()); });
    on(actions_->save_model, &MainWindow::save_model);
    on(actions_->export_report, [this] { export_report(workspace_->run_panel().selected_ids()); });
    on(actions_->quit, &QWidget::close);
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
    on(actions_->shortcuts, &MainWindow::show_shortcuts);
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
    connect(&workbench_.damage(), &DamageStore::progressed, job_status_,
            &JobStatus::show_progress);
    connect(&workbench_.damage(), &DamageStore::changed, this, &MainWindow::refresh);
    connect(&workbench_.search(), &ThresholdSearch::progressed, job_status_,
            &JobStatus::show_progress);
    connect(&workbench_.search(), &ThresholdSearch::changed, this, &MainWindow::refresh);
    connect(&workspace_->distribution(), &DistributionPanel::find_thresholds_requested,
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
    RunPanel& panel = workspace_->run_panel();
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
    connect(&panel, &RunPanel::selection_changed, &workspace_->run_curves(), &RunCurves::show_runs);
}

void MainWindow::connect_live_estimate() {
    Evaluations& evaluations = workbench_.evaluations();
    LiveEstimateView& view = workspace_->distribution().live_view();
    connect(&view, &LiveEstimateView::toggled, &evaluations, &Evaluations::set_live_estimate);
    const auto show = [this, &evaluations, &view] {
        view.set_on(evaluations.live_estimate_on());
        view.set_estimate(evaluations.live_estimate());
        actions_->live_estimate->setChecked(evaluations.live_estimate_on());
    };
    connect(&evaluations, &Evaluations::live_estimate_changed, this, show);
    show();
}

void MainWindow::refresh() {
    const auto& model = workbench_.session().model();
    const bool anything = model != nullptr || workbench_.runs().count() > 0;
    pages_->setCurrentIndex(anything ? 1 : 0);
    setWindowTitle(model ? tr("%1 - Headscope").arg(QString::fromStdString(model->name()))
                         : tr("Headscope"));
    actions_->close_model->setEnabled(model != nullptr);
    actions_->include_all_layers->setEnabled(model != nullptr);
    actions_->live_estimate->setEnabled(model != nullptr);
    for (QAction* action : {actions_->previous_layer, actions_->next_layer}) {
        action->setEnabled(model != nullptr);
    }
    const bool busy = workbench_.evaluations().busy() || workbench_.exporting_report() ||
                      workbench_.damage().running() || workbench_.search().running() ||
                      workbench_.measures().computing();
    const bool opening = workbench_.opener().opening();
    const bool saving = workbench_.saver().saving();
    const bool measuring = workbench_.measurer().measuring();
    actions_->cancel->setEnabled(busy || opening || saving || measuring);
    if (!busy && !opening && !saving && !measuring) job_status_->finish();
    if (!opening) statusBar()->clearMessage();
    device_->setText(workbench_.evaluations().device_text());
    device_->setVisible(!device_->text().isEmpty());
    refresh_runs();
}

void MainWindow::refresh_runs() {
    const Session& session = workbench_.session();
    QString why_not;
    if (workbench_.opener().opening()) {
        why_not = tr("Wait until the model is open, or cancel that.");
    } else if (!session.model()) {
        why_not = tr("Open a model first.");
    } else if (workbench_.measurer().calibrating()) {
        why_not = tr("Wait until the calibration text is read, or cancel that.");
    } else if (workbench_.measurer().measuring()) {
        why_not = tr("Wait until the heads are compared by the new measure, or cancel that.");
    } else if (session.included_count() == 0) {
        why_not = tr("Include at least one layer first.");
    }
    for (QAction* action : {actions_->run, actions_->sweep, actions_->find_thresholds}) {
        action->setEnabled(why_not.isEmpty());
    }
    actions_->save_model->setEnabled(session.model() != nullptr && session.summary().pairs > 0 &&
                                     !session.lacks_figures() && !workbench_.saver().saving());
    workspace_->run_panel().set_can_run(why_not.isEmpty(), why_not);
}

void MainWindow::fill_recent() {
    const QStringList paths = workbench_.settings().recent();
    start_page_->set_recent(paths);
    actions_->recent->clear();
    for (const QString& path : paths) {
        QAction* action = actions_->recent->addAction(path);
        connect(action, &QAction::triggered, this, [this, path] { workbench_.open(path); });
    }
    actions_->recent->setEnabled(!paths.isEmpty());
}

void MainWindow::fill_choice_menus() {
    const auto fill = [this](QMenu& menu, const auto& choices, const auto& current, auto chosen) {
        auto* group = new QActionGroup(this);
        for (const auto& [value, text] : choices) {
            QAction* action = menu.addAction(text);
            action->setCheckable(true);
            action->setChecked(value == current);
            group->addAction(action);
            connect(action, &QAction::triggered, this, [chosen, value = value] { chosen(value); });
        }
    };
    using Look = std::pair<Appearance, QString>;
    fill(*actions_->appearance,
         QList<Look>{{Appearance::system, tr("Follow the &system")},
                     {Appearance::light, tr("&Light")},
                     {Appearance::dark, tr("&Dark")}},
         workbench_.settings().appearance(),
         [this](Appearance appearance) { Q_EMIT appearance_chosen(appearance); });
    fill(*actions_->language, languages(), workbench_.settings().language(),
         [this](const QString& language) { Q_EMIT language_chosen(language); });
}

void MainWindow::keep_state() {
    QSettings& settings = workbench_.settings().settings();
    settings.setValue(QStringLiteral("window/geometry"), saveGeometry());
    settings.setValue(QStringLiteral("window/tool_bars"), saveState());
    workspace_->save_state(settings);
}

void MainWindow::closeEvent(QCloseEvent* event) {
    keep_state();
    workbench_.keep_session();
    workbench_.measurer().hold(true);
    if (find_thresholds_ != nullptr) find_thresholds_->close();
    cancel();
    event->accept();
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    if (!local_files(*event->mimeData()).isEmpty()) event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
    event->acceptProposedAction();
    for (const QString& path : local_files(*event->mimeData())) workbench_.open(path);
}

bool MainWindow::event(QEvent* event) {
    const bool handled = QMainWindow::event(event);
    if (event->type() == QEvent::Paint && !was_painted_) {
        was_painted_ = true;
        Q_EMIT painted();
    }
    return handled;
}

}  // namespace headscope::ui
