#pragma once

#include <QProxyStyle>

namespace headscope::ui {

/// Fusion, but check boxes that can be seen in a dark palette: Fusion outlines them with a darker
/// shade of the window, which there is none of.
class OutlinedStyle : public QProxyStyle {
    Q_OBJECT

  public:
    OutlinedStyle();

    void drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter,
                       const QWidget* widget) const override;
};

}  // namespace headscope::ui
