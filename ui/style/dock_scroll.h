#pragma once

#include <QScrollArea>

namespace headscope::ui {

/// Lets a dock be smaller than what it holds wants: that scrolls then, instead of making the window
/// larger than the screen.
class DockScroll : public QScrollArea {
    Q_OBJECT

  public:
    explicit DockScroll(QWidget& contents);

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;
};

}  // namespace headscope::ui
