#pragma once

#include <QTreeView>

class QSettings;
class QSortFilterProxyModel;

namespace headscope::ui {

/// The table of runs, whose columns can be moved, resized and hidden.
class RunTable : public QTreeView {
    Q_OBJECT

  public:
    /// `runs`: a RunModel, sorted.
    explicit RunTable(QSortFilterProxyModel& runs, QWidget* parent = nullptr);

    void save_state(QSettings& settings) const;
    void restore_state(const QSettings& settings);

  private:
    void set_up_header();
    void show_header_menu(const QPoint& position);
};

}  // namespace headscope::ui
