#pragma once

#include <QUndoCommand>
#include <chrono>

#include "ui/session/session.h"

namespace headscope::ui {

/// One undo step. Changes with the same name that follow each other closely, as those of a slider
/// that is dragged, become one step.
class ChooseCommand : public QUndoCommand {
  public:
    ChooseCommand(Session& session, Choices choices, const QString& what);

    void undo() override;
    void redo() override;
    [[nodiscard]] int id() const override { return 1; }
    bool mergeWith(const QUndoCommand* other) override;

  private:
    using Clock = std::chrono::steady_clock;

    Session& session_;
    Choices before_;
    Choices after_;
    Clock::time_point time_ = Clock::now();
};

}  // namespace headscope::ui
