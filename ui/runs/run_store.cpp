#include "ui/runs/run_store.h"

#include <algorithm>
#include <utility>

namespace headscope::ui {

RunStore::RunStore(QObject* parent) : QObject(parent) {}

int RunStore::row_of(int id) const {
    const auto found =
        std::find_if(runs_.begin(), runs_.end(), [id](const Run& run) { return run.id == id; });
    return found == runs_.end() ? -1 : static_cast<int>(found - runs_.begin());
}

const Run* RunStore::find(int id) const {
    const int row = row_of(id);
    return row < 0 ? nullptr : &at(row);
}

int RunStore::add(Run run) {
    run.id = next_id_++;
    const int id = run.id;
    Q_EMIT about_to_add(count());
    runs_.push_back(std::move(run));
    Q_EMIT added(count() - 1);
    return id;
}

void RunStore::update(int id, const std::function<void(Run&)>& change) {
    const int row = row_of(id);
    if (row < 0) return;
    change(runs_[static_cast<std::size_t>(row)]);
    Q_EMIT changed(row);
}

void RunStore::remove(int id) {
    const int row = row_of(id);
    if (row < 0) return;
    Q_EMIT about_to_remove(row);
    runs_.erase(runs_.begin() + row);
    Q_EMIT removed(row);
}

}  // namespace headscope::ui
