#pragma once

#include <QObject>
#include <QString>

namespace headscope::ui {

class Session;

/// Makes one undo step of all that is chosen between a press and a release, however long the mouse
/// rests in between (Session itself joins only changes that follow each other closely).
class UndoGesture : public QObject {
    Q_OBJECT

  public:
    explicit UndoGesture(Session& session, QObject* parent = nullptr);
    ~UndoGesture() override;

    [[nodiscard]] bool active() const { return active_; }
    /// The mouse went down. A press without a change leaves no undo step.
    void start();
    /// To be called before each choice; `what` names the step. Does nothing outside a gesture.
    void before_change(const QString& what);
    void finish();

  private:
    Session& session_;
    bool active_ = false;
    bool open_ = false;  ///< a macro was begun
};

}  // namespace headscope::ui
