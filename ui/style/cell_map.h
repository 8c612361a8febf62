#pragma once

#include <qcustomplot.h>

namespace headscope::ui {

/// A color map whose cells stay sharp and cheap in a vector drawing: QCustomPlot would paint nine
/// times the pixels of the screen, which takes a tenth of a second; a few pixels a cell are enough.
class CellMap : public QCPColorMap {
  public:
    /// The plot of the axes owns it.
    CellMap(QCPAxis* key_axis, QCPAxis* value_axis);

  protected:
    void draw(QCPPainter* painter) override;

  private:
    [[nodiscard]] QRectF image_rect() const;
};

}  // namespace headscope::ui
