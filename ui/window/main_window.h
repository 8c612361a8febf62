#pragma once

#include <QMainWindow>
#include <memory>
#include <vector>

#include "ui/window/actions.h"
#include "ui/window/settings_store.h"

class QLabel;
class QStackedWidget;

namespace headscope {
struct ExportResult;
}

namespace headscope::ui {

struct Panel;
class FindThresholdsDialog;
class JobStatus;
class MessageBar;
struct Run;
class StartPage;
class Tour;
class Workbench;
class Workspace;

/// The window: a start page until a model or results are open, then the workspace. It wires what
/// the user does to the workbench and shows what that tells.
class MainWindow : public QMainWindow {
    Q_OBJECT

  public:
    explicit MainWindow(Workbench& workbench, QWidget* parent = nullptr);
    ~MainWindow() override;

    [[nodiscard]] Actions& actions() { return *actions_; }
    [[nodiscard]] Workspace& workspace() { return *workspace_; }
    [[nodiscard]] MessageBar& message_bar() { return *message_bar_; }

    /// Asks for a folder and writes the results of these runs into it; of all finished ones where
    /// none is named.
    void save_results(const QList<int>& run_ids);

    /// Asks for layers and a file and writes a report of the same runs.
    void export_report(const QList<int>& run_ids);

    /// Leads through the window; once it is closed, it is not offered at the start again.
    void start_tour();

    /// Keeps the place of the window and of its panels for the next.
    void keep_state();

  Q_SIGNALS:
    void appearance_chosen(headscope::ui::Appearance appearance);
    void language_chosen(const QString& language);
    /// Once, when the window has been drawn for the first time.
    void painted();

  protected:
    void closeEvent(QCloseEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    bool event(QEvent* event) override;

  private:
    void make_pages();
    void make_status_bar();
    void connect_actions();
    void connect_workbench();
    void connect_saver();
    void connect_run_panel();
    void connect_live_estimate();
    void fill_export_menus();
    void fill_choice_menus();
    void fill_recent();

    void ask_for_model();
    void ask_for_results();
    void sweep();
    void find_thresholds();
    void save_model();
    void tell_saved(const ExportResult& result);
    void edit_settings();
    void cancel();
    void restore_run(int run_id);
    void remove_runs(const QList<int>& run_ids);
    void compare(const QList<int>& run_ids);
    void step_layer(int by);
    /// Finished runs of `run_ids`; all of them where that is empty. Says so where there are none.
    [[nodiscard]] std::vector<Run> finished_runs(const QList<int>& run_ids);
    void export_image(const Panel& panel);
    /// Asks where something would be lost.
    [[nodiscard]] bool may_quit();
    void show_help();
    void show_about();
    void refresh();
    void refresh_runs();

    Workbench& workbench_;
    std::unique_ptr<Actions> actions_;
    QStackedWidget* pages_ = nullptr;
    StartPage* start_page_ = nullptr;
    Workspace* workspace_ = nullptr;
    MessageBar* message_bar_ = nullptr;
    JobStatus* job_status_ = nullptr;
    QLabel* device_ = nullptr;
    FindThresholdsDialog* find_thresholds_ = nullptr;  ///< made when it is first asked for
    Tour* tour_ = nullptr;                             ///< the same
    bool was_painted_ = false;
};

}  // namespace headscope::ui
