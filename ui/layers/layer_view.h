#pragma once

#include <QListView>

namespace headscope::ui {

class LayerDelegate;

/// A grid of layer tiles that share the width evenly. A click on a check box only checks it: it
/// neither selects nor focuses the layer.
class LayerView : public QListView {
    Q_OBJECT

  public:
    explicit LayerView(QWidget* parent = nullptr);

    /// Where the check box of a tile takes clicks, in the viewport.
    [[nodiscard]] QRect check_rect(const QModelIndex& index) const;

  Q_SIGNALS:
    /// The user pressed Space: the selected layers are to be checked or unchecked.
    void toggle_requested();

  protected:
    void keyPressEvent(QKeyEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;

  private:
    void fit_tiles();
    [[nodiscard]] QModelIndex check_box_at(const QPoint& position) const;

    LayerDelegate* delegate_;
    QPersistentModelIndex pressed_check_;
};

}  // namespace headscope::ui
