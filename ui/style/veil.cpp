#include "ui/style/veil.h"

#include <QEvent>
#include <QPainter>

namespace headscope::ui {

Veil::Veil(QWidget& covered) : QWidget(&covered) {
    setAttribute(Qt::WA_TransparentForMouseEvents);
    setFocusPolicy(Qt::NoFocus);
    covered.installEventFilter(this);
    hide();
}

void Veil::show_text(const QString& text) {
    if (text == text_) return;
    text_ = text;
    setAccessibleName(text);
    setGeometry(parentWidget()->rect());
    setVisible(!text.isEmpty());
    raise();
    update();
}

bool Veil::eventFilter(QObject* watched, QEvent* event) {
    if (watched == parent() && event->type() == QEvent::Resize) {
        setGeometry(parentWidget()->rect());
        raise();
    }
    return QWidget::eventFilter(watched, event);
}

void Veil::paintEvent(QPaintEvent* /*event*/) {
    QPainter painter(this);
    QColor dim = palette().color(QPalette::Window);
    dim.setAlphaF(0.72F);
    painter.fillRect(rect(), dim);
    const int line = fontMetrics().height();
    QRect text = fontMetrics().boundingRect(rect().adjusted(line, line, -line, -line),
                                            Qt::AlignCenter | Qt::TextWordWrap, text_);
    const QRect card = text.adjusted(-line, -line / 2, line, line / 2);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(palette().color(QPalette::Mid));
    painter.setBrush(palette().color(QPalette::Base));
    painter.drawRoundedRect(card, 4, 4);
    painter.setPen(palette().color(QPalette::Text));
    painter.drawText(text, Qt::AlignCenter | Qt::TextWordWrap, text_);
}

}  // namespace headscope::ui
