#include "ui/window/main_window.h"

#include <QActionGroup>
#include <QCloseEvent>
#include <QDockWidget>
#include <QDragEnterEvent>
#include <QLabel>
#include <QMessageBox>
#include <QMimeData>
#include <QPushButton>
#include <QStackedWidget>
#include <QStatusBar>
#include <QVBoxLayout>

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
    for (QDockWidget* dock : workspace_->docks())
        actions_->panels->addAction(dock->toggleViewAction());
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
                      workbench_.measures().computing() || workbench_.heads().busy() ||
                      workbench_.second().running();
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
    actions_->save_model->setEnabled(session.model() != nullptr &&
                                     session.summary().changes_anything() &&
                                     !session.lacks_figures() && !workbench_.saver().saving());
    workspace_->panel<RunPanel>().set_can_run(why_not.isEmpty(), why_not);
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

bool MainWindow::may_quit() {
    const bool works = workbench_.evaluations().busy() || workbench_.search().running() ||
                       workbench_.damage().running() || workbench_.saver().saving();
    if (!works) return true;
    QMessageBox question(QMessageBox::Question, tr("Quit Headscope"),
                         tr("Work is in progress. What is not finished is lost."),
                         QMessageBox::Cancel, this);
    const auto* quit = question.addButton(tr("&Quit"), QMessageBox::DestructiveRole);
    question.setDefaultButton(QMessageBox::Cancel);
    question.exec();
    return question.clickedButton() == quit;
}

void MainWindow::closeEvent(QCloseEvent* event) {
    // Of the window system: the Quit action has asked already.
    if (event->spontaneous() && !may_quit()) return event->ignore();
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
    workbench_.open_all(local_files(*event->mimeData()));
}

bool MainWindow::event(QEvent* event) {
    const bool handled = QMainWindow::event(event);
    if (event->type() == QEvent::PaletteChange && actions_ != nullptr)
        actions_->set_icons(palette());
    if (event->type() == QEvent::Paint && !was_painted_) {
        was_painted_ = true;
        Q_EMIT painted();
    }
    return handled;
}

}  // namespace headscope::ui
