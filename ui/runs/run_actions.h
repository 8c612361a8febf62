#pragma once

#include <QAction>
#include <QObject>

namespace headscope::ui {

/// What one can do with runs. The tool row, its menu and the context menu show the same actions;
/// their object names ("run", "sweep", "cancel", ...) are those of the members.
class RunActions : public QObject {
    Q_OBJECT

  public:
    explicit RunActions(QObject* parent);

    QAction run{this};
    QAction sweep{this};
    QAction cancel{this};
    QAction compare{this};
    QAction settings{this};
    QAction restore{this};
    QAction save{this};
    QAction remove{this};
    QAction open_results{this};
    QAction copy{this};

    /// As they are while runs can start.
    void set_texts();
};

}  // namespace headscope::ui
