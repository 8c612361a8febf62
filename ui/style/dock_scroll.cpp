#include "ui/style/dock_scroll.h"

namespace headscope::ui {

DockScroll::DockScroll(QWidget& contents) {
    setWidget(&contents);
    setWidgetResizable(true);
    setFrameShape(QFrame::NoFrame);
    setFocusPolicy(Qt::NoFocus);
}

QSize DockScroll::sizeHint() const {
    return widget()->sizeHint();
}

QSize DockScroll::minimumSizeHint() const {
    const QSize small(20 * fontMetrics().averageCharWidth(), 5 * fontMetrics().height());
    return widget()->minimumSizeHint().expandedTo(QSize(1, 1)).boundedTo(small);
}

}  // namespace headscope::ui
