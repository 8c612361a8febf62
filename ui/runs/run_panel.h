#pragma once

#include <QList>
#include <QString>
#include <QTimer>
#include <QWidget>

#include "ui/runs/run_store.h"

class QLabel;
class QSettings;
class QSortFilterProxyModel;
class QStackedWidget;
class QToolButton;

namespace headscope::ui {

class RunActions;
class RunModel;
class RunTable;

/// The table of runs with what one can do with them. It changes nothing itself: it asks by signals.
class RunPanel : public QWidget {
    Q_OBJECT

  public:
    explicit RunPanel(RunStore& store, QWidget* parent = nullptr);
    ~RunPanel() override;

    /// Of the selected runs, as the table shows them from top to bottom.
    [[nodiscard]] QList<int> selected_ids() const;
    /// Selects these runs and no other; ids that are gone are ignored.
    void select(const QList<int>& ids);

    /// Whether a run could start now, and if not, why: the tool tip of Run and Sweep.
    void set_can_run(bool can_run, const QString& why_not);

    /// The selected runs, or all where none is: runs_as_tsv.
    [[nodiscard]] QString copy_text() const;

    /// Order, widths and visibility of the columns.
    void save_state(QSettings& settings) const;
    void restore_state(const QSettings& settings);

    [[nodiscard]] RunTable& table() { return *table_; }

  Q_SIGNALS:
    void run_requested();
    void sweep_requested();
    void cancel_requested(int id);
    void settings_requested();
    void compare_requested(const QList<int>& ids);
    void restore_requested(int id);
    void save_requested(const QList<int>& ids);
    void remove_requested(const QList<int>& ids);
    void open_results_requested();
    /// The same as selected_ids().
    void selection_changed(const QList<int>& ids);

  private:
    void build_layout();
    void connect_actions();
    void set_texts();
    void show_can_run();
    void update_actions();
    void show_table_menu(const QPoint& position);
    void copy() const;
    [[nodiscard]] QList<int> ids_where(bool (*accept)(const Run&)) const;
    [[nodiscard]] QList<int> ids_to_cancel() const;

    RunStore& store_;
    RunModel* model_;
    QSortFilterProxyModel* sorted_;
    RunActions* actions_;
    RunTable* table_ = nullptr;
    QStackedWidget* pages_;
    QLabel* empty_;
    QToolButton* more_;
    QTimer update_timer_;
    QString why_not_;
    bool can_run_ = true;
};

struct Panel;
struct PanelServices;

/// For the registry of panels.
[[nodiscard]] Panel make_run_panel(const PanelServices& services);

}  // namespace headscope::ui
