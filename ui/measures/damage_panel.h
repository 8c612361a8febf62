#pragma once

#include <QSortFilterProxyModel>
#include <QWidget>
#include <functional>

#include "ui/measures/damage_model.h"
#include "ui/measures/damage_store.h"

class QComboBox;
class QLabel;
class QProgressBar;
class QPushButton;
class QSpinBox;
class QTreeView;

namespace headscope::ui {

/// Measures what merging single pairs does to the loss, and ranks the measures by how well they
/// foretell it.
class DamagePanel : public QWidget {
    Q_OBJECT

  public:
    /// Gives what is evaluated, and how, at the moment of starting: text and device.
    using WorkFn = std::function<WorkParams()>;

    DamagePanel(Session& session, DamageStore& damage, WorkFn work, QWidget* parent = nullptr);

    [[nodiscard]] QPushButton& start_button() { return *start_; }
    [[nodiscard]] QTreeView& table() { return *table_; }
    /// What is asked for, from the controls.
    [[nodiscard]] DamageParams params() const;
    /// Which measure foretells the damage best, or what is missing.
    [[nodiscard]] QString ranking_text() const;
    [[nodiscard]] QString copy_text() const;

  private:
    QWidget* make_controls();
    void make_table();
    void start_or_cancel();
    void refresh();
    void enable_start();
    void show_progress(const Progress& progress);
    void jump_to(const QModelIndex& index);

    Session& session_;
    DamageStore& damage_;
    WorkFn work_;
    DamageModel* model_;
    QSortFilterProxyModel* sorted_;
    QComboBox* scope_;
    QSpinBox* pairs_;
    QSpinBox* windows_;
    QPushButton* start_;
    QProgressBar* progress_;
    QLabel* ranking_;
    QTreeView* table_;
};

struct Panel;
struct PanelServices;

/// For the registry of panels.
[[nodiscard]] Panel make_damage_panel(const PanelServices& services);

}  // namespace headscope::ui
