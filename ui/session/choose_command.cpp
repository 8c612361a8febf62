#include "ui/session/choose_command.h"

#include <utility>

namespace headscope::ui {

ChooseCommand::ChooseCommand(Session& session, Choices choices, const QString& what)
    : QUndoCommand(what),
      session_(session),
      before_(session.choices()),
      after_(std::move(choices)) {}

void ChooseCommand::undo() {
    session_.apply(before_);
}

void ChooseCommand::redo() {
    session_.apply(after_);
}

bool ChooseCommand::mergeWith(const QUndoCommand* other) {
    constexpr auto kOneGesture = std::chrono::milliseconds(700);
    const auto* next = static_cast<const ChooseCommand*>(other);
    if (next->text() != text() || next->time_ - time_ > kOneGesture) return false;
    after_ = next->after_;
    time_ = next->time_;
    return true;
}

}  // namespace headscope::ui
