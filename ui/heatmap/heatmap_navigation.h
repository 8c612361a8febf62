#pragma once

#include <QObject>
#include <QPoint>
#include <QPointF>
#include <optional>

class QCustomPlot;
class QKeyEvent;
class QMouseEvent;
class QWheelEvent;

namespace headscope::ui {

/// Moving about in a square map of cells, by mouse and by keyboard: the cell cursor, zoom and pan.
/// The axes of the plot's first axis rect count places; the map is never left. Cells are (column,
/// row) places.
class HeatmapNavigation : public QObject {
    Q_OBJECT

  public:
    explicit HeatmapNavigation(QCustomPlot& plot, QObject* parent = nullptr);

    /// Another map of `count` by `count` cells. The zoom stays where the size stays.
    void set_count(int count);
    void reset_zoom();
    [[nodiscard]] bool zoomed() const;
    /// Pans so far that a cell is in sight.
    void show_cell(QPoint cell);
    /// The cell under the pointer, or the keyboard's.
    [[nodiscard]] const std::optional<QPoint>& cell() const { return cell_; }
    /// Where the keyboard's cursor starts when there is none.
    void set_home(QPoint cell) { home_ = cell; }

    bool eventFilter(QObject* watched, QEvent* event) override;

  Q_SIGNALS:
    void cell_changed();
    /// Clicked, or Enter.
    void activated(QPoint cell);
    /// Escape.
    void dismissed();
    void double_clicked();
    /// The visible part of the map changed; a replot is under way.
    void view_changed();

  private:
    bool key_press(const QKeyEvent& event);
    bool move_cursor(int key);
    void mouse_press(const QMouseEvent& event);
    void mouse_move(const QMouseEvent& event);
    void mouse_release(const QMouseEvent& event);
    void wheel(const QWheelEvent& event);
    void focus_in(Qt::FocusReason reason);
    void set_cell(std::optional<QPoint> cell, bool by_keyboard);
    void zoom(double factor, QPointF around);
    void set_view(QPointF corner, double span);
    [[nodiscard]] std::optional<QPoint> cell_at(QPointF position) const;
    [[nodiscard]] QPointF corner() const;
    [[nodiscard]] double span() const;

    QCustomPlot& plot_;
    int count_ = 0;
    std::optional<QPoint> cell_;
    bool by_keyboard_ = false;
    QPoint home_;
    std::optional<QPoint> pressed_;  ///< where the left button went down, in pixels
    QPointF corner_pressed_;         ///< the view's corner then
    bool dragging_ = false;
};

}  // namespace headscope::ui
