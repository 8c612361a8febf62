#pragma once

#include <QProxyStyle>

namespace headscope::ui {

/// Fusion, but with check boxes and buttons of docks that can be seen in a dark palette: Fusion
/// outlines the ones with a darker shade of the window, which there is none of, and has dark
/// pictures for the others. Tabs with the property `tight` have less room beside their titles.
class OutlinedStyle : public QProxyStyle {
    Q_OBJECT

  public:
    OutlinedStyle();

    void drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter,
                       const QWidget* widget) const override;
    [[nodiscard]] int pixelMetric(PixelMetric metric, const QStyleOption* option,
                                  const QWidget* widget) const override;
    [[nodiscard]] QIcon standardIcon(StandardPixmap icon, const QStyleOption* option,
                                     const QWidget* widget) const override;
};

}  // namespace headscope::ui
