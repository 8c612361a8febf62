#pragma once

#include <QWidget>
#include <vector>

#include "ui/session/session.h"

namespace headscope::ui {

class LayerBarsDrawing;

/// How many heads of each layer are merged: a bar a layer, grey where the merge excludes the layer.
/// The focused layer is marked; a click or the arrow keys focus another.
class LayerBars : public QWidget {
    Q_OBJECT

  public:
    explicit LayerBars(Session& session, QWidget* parent = nullptr);

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

    /// The layer whose bar or label is at `position`; -1 where there is none.
    [[nodiscard]] int layer_at(const QPointF& position) const;
    /// The bar of a layer, in full height.
    [[nodiscard]] QRectF column(int layer) const;
    /// What the tool tip of a layer says.
    [[nodiscard]] QString describe(int layer) const;

  protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;

  private:
    [[nodiscard]] int layers() const;
    [[nodiscard]] int heads(int layer) const;
    [[nodiscard]] LayerBarsDrawing drawing() const;
    /// What the vertical axis ends with: a power of two, so that it seldom changes while the
    /// threshold moves, but not more than there are heads.
    [[nodiscard]] int axis_top() const;
    void paint_bars(QPainter& painter, const LayerBarsDrawing& drawn) const;
    void set_texts();

    Session& session_;
};

}  // namespace headscope::ui
