#include "ui/window/tour.h"

#include <QAccessible>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QTimer>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

namespace headscope::ui {

/// Frames what a step is about; the pointer goes through it.
class Tour::Frame : public QWidget {
  public:
    explicit Frame(QWidget* window) : QWidget(window) {
        setAttribute(Qt::WA_TransparentForMouseEvents);
        setFocusPolicy(Qt::NoFocus);
        hide();
    }

  protected:
    void paintEvent(QPaintEvent* /*event*/) override {
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(QPen(palette().color(QPalette::Highlight), 3.0));
        painter.drawRoundedRect(QRectF(rect()).adjusted(2.0, 2.0, -2.0, -2.0), 5.0, 5.0);
    }
};

Tour::Tour(std::vector<TourStep> steps, QWidget* window)
    : QFrame(window),
      steps_(std::move(steps)),
      frame_(new Frame(window)),
      title_(new QLabel),
      text_(new QLabel),
      count_(new QLabel),
      back_(new QPushButton(tr("&Back"))),
      next_(new QPushButton(tr("&Next"))),
      close_(new QPushButton(tr("&Close"))) {
    setObjectName(QStringLiteral("tour"));
    setFrameShape(QFrame::Box);
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);
    setFocusPolicy(Qt::StrongFocus);
    next_->setObjectName(QStringLiteral("tour_next"));
    back_->setObjectName(QStringLiteral("tour_back"));
    close_->setObjectName(QStringLiteral("tour_close"));
    close_->setToolTip(tr("It does not come again by itself; Help, Guided tour starts it."));
    QFont bold = font();
    bold.setBold(true);
    title_->setFont(bold);
    text_->setWordWrap(true);
    count_->setEnabled(false);
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(count_);
    buttons->addStretch(1);
    buttons->addWidget(close_);
    buttons->addWidget(back_);
    buttons->addWidget(next_);
    auto* column = new QVBoxLayout(this);
    column->addWidget(title_);
    column->addWidget(text_, 1);
    column->addLayout(buttons);
    connect(next_, &QPushButton::clicked, this, &Tour::next);
    connect(back_, &QPushButton::clicked, this, [this] { show_step(step_ - 1); });
    connect(close_, &QPushButton::clicked, this, &Tour::end);
    window->installEventFilter(this);
    hide();
}

Tour::~Tour() {
    delete frame_;
}

void Tour::start() {
    show_step(0);
}

void Tour::next() {
    step_ + 1 < static_cast<int>(steps_.size()) ? show_step(step_ + 1) : end();
}

void Tour::end() {
    watch(nullptr);
    frame_->hide();
    hide();
    Q_EMIT closed();
}

void Tour::show_step(int step) {
    const auto count = static_cast<int>(steps_.size());
    step_ = std::clamp(step, 0, count - 1);
    const TourStep& shown = steps_[static_cast<std::size_t>(step_)];
    if (shown.prepare) shown.prepare();
    title_->setText(shown.title);
    text_->setText(shown.text);
    count_->setText(tr("%1 of %2").arg(step_ + 1).arg(count));
    back_->setEnabled(step_ > 0);
    next_->setText(step_ + 1 < count ? tr("&Next") : tr("&Done"));
    setAccessibleName(shown.title);
    setAccessibleDescription(shown.text);
    watch(shown.target ? shown.target() : nullptr);
    show();
    place();
    next_->setFocus();
    QAccessibleEvent alert(this, QAccessible::Alert);
    QAccessible::updateAccessibility(&alert);
    // Once more when tabs and docks have their places.
    QTimer::singleShot(0, this, &Tour::place);
}

void Tour::watch(QWidget* target) {
    if (target_ != nullptr && target_ != parentWidget()) target_->removeEventFilter(this);
    target_ = target;
    if (target_ != nullptr) target_->installEventFilter(this);
}

QRect Tour::framed() const {
    if (target_ == nullptr || !target_->isVisible()) return {};
    const QRect whole(target_->mapTo(parentWidget(), QPoint(0, 0)), target_->size());
    return whole.intersected(parentWidget()->rect());
}

void Tour::place() {
    if (!isVisible()) return;
    const QRect target = framed();
    const int wide = std::min(52 * fontMetrics().averageCharWidth(), parentWidget()->width() - 16);
    setFixedWidth(wide);
    setFixedHeight(heightForWidth(wide));
    frame_->setVisible(!target.isEmpty());
    frame_->setGeometry(target);
    move(place_beside(target));
    frame_->raise();
    raise();
}

QPoint Tour::place_beside(const QRect& target) const {
    constexpr int kGap = 8;
    const QRect window = parentWidget()->rect().adjusted(kGap, kGap, -kGap, -kGap);
    const auto inside = [&](QPoint at) {
        return QPoint(
            std::clamp(at.x(), window.left(), std::max(window.left(), window.right() - width())),
            std::clamp(at.y(), window.top(), std::max(window.top(), window.bottom() - height())));
    };
    if (target.isEmpty()) return inside(window.center() - rect().center());
    const QPoint places[] = {
        {target.left(), target.bottom() + kGap},
        {target.left(), target.top() - kGap - height()},
        {target.right() + kGap, target.top()},
        {target.left() - kGap - width(), target.top()},
    };
    for (const QPoint& place : places) {
        const QPoint fitting = inside(place);
        if (!QRect(fitting, size()).intersects(target)) return fitting;
    }
    // It covers the window: in its lower right corner.
    return inside(target.bottomRight() - QPoint(width() + kGap, height() + kGap));
}

bool Tour::eventFilter(QObject* watched, QEvent* event) {
    switch (event->type()) {
        case QEvent::Resize:
        case QEvent::Move:
        case QEvent::Show:
        case QEvent::Hide:
            if (isVisible()) QTimer::singleShot(0, this, &Tour::place);
            break;
        default:
            break;
    }
    return QFrame::eventFilter(watched, event);
}

void Tour::keyPressEvent(QKeyEvent* event) {
    switch (event->key()) {
        case Qt::Key_Escape:
            return end();
        case Qt::Key_Return:
        case Qt::Key_Enter:
            for (QPushButton* button : {close_, back_, next_}) {
                if (button->hasFocus()) return button->click();
            }
            return next();
        default:
            return QFrame::keyPressEvent(event);
    }
}

}  // namespace headscope::ui
