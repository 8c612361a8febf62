#pragma once

#include <QObject>
#include <functional>
#include <vector>

#include "ui/runs/run.h"

namespace headscope::ui {

/// All runs of the window, in the order in which they were added. Lives on the GUI thread.
class RunStore : public QObject {
    Q_OBJECT

  public:
    explicit RunStore(QObject* parent = nullptr);

    [[nodiscard]] int count() const { return static_cast<int>(runs_.size()); }
    [[nodiscard]] const Run& at(int row) const { return runs_.at(static_cast<std::size_t>(row)); }
    /// -1 where there is no such run (any more).
    [[nodiscard]] int row_of(int id) const;
    [[nodiscard]] const Run* find(int id) const;

    /// Gives the run its id and returns that.
    int add(Run run);
    /// Does nothing where the run is gone.
    void update(int id, const std::function<void(Run&)>& change);
    void remove(int id);

  Q_SIGNALS:
    void about_to_add(int row);
    void added(int row);
    void changed(int row);
    void about_to_remove(int row);
    void removed(int row);

  private:
    std::vector<Run> runs_;
    int next_id_ = 1;
};

}  // namespace headscope::ui
