#pragma once

#include <QFrame>
#include <QPointer>
#include <functional>
#include <vector>

class QLabel;
class QPushButton;

namespace headscope::ui {

/// One stop of a tour.
struct TourStep {
    QString title;
    QString text;
    std::function<void()> prepare;     ///< brings what it is about to the front; may be null
    std::function<QWidget*()> target;  ///< what it is about; null, or hidden: nothing is framed
};

/// A card that leads through the window: it frames one part after the other and says what it is
/// for. Lies over the window without blocking it; Escape closes it, and keys reach its buttons.
class Tour : public QFrame {
    Q_OBJECT

  public:
    /// `window` owns it.
    Tour(std::vector<TourStep> steps, QWidget* window);
    ~Tour() override;

    /// From the first step.
    void start();
    [[nodiscard]] int step() const { return step_; }
    /// What is framed; empty where nothing is.
    [[nodiscard]] QRect framed() const;

  Q_SIGNALS:
    /// By the last step or before: it is hidden.
    void closed();

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

  private:
    class Frame;

    void show_step(int step);
    void next();
    void end();
    void watch(QWidget* target);
    void place();
    /// Beside `target`, where that leaves it in the window; else at its lower edge.
    [[nodiscard]] QPoint place_beside(const QRect& target) const;

    std::vector<TourStep> steps_;
    int step_ = 0;
    QPointer<QWidget> frame_;  ///< the window's, beside this
    QPointer<QWidget> target_;
    QLabel* title_;
    QLabel* text_;
    QLabel* count_;
    QPushButton* back_;
    QPushButton* next_;
    QPushButton* close_;
};

}  // namespace headscope::ui
