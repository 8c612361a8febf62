#include "ui/distribution/undo_gesture.h"

#include "ui/session/session.h"

namespace headscope::ui {

UndoGesture::UndoGesture(Session& session, QObject* parent) : QObject(parent), session_(session) {
    // Another model clears the undo steps, the one that is being made with them.
    connect(&session, &Session::model_changed, this, [this] { open_ = false; });
    connect(&session, &QObject::destroyed, this, [this] { open_ = false; });
}

UndoGesture::~UndoGesture() {
    finish();
}

void UndoGesture::start() {
    active_ = true;
}

void UndoGesture::before_change(const QString& what) {
    if (!active_ || open_) return;
    session_.undo_stack()->beginMacro(what);
    open_ = true;
}

void UndoGesture::finish() {
    active_ = false;
    if (!open_) return;
    open_ = false;
    session_.undo_stack()->endMacro();
}

}  // namespace headscope::ui
