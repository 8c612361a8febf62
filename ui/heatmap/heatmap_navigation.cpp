#include "ui/heatmap/heatmap_navigation.h"

#include <QApplication>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

#include <qcustomplot.h>

namespace headscope::ui {
namespace {

constexpr double kFewestCells = 4.0;  // in sight at the highest zoom
constexpr double kZoomStep = 1.25;    // of a wheel notch or a key

/// Axes are from half a cell before the first place to half a cell behind the last.
constexpr double kEdge = -0.5;

bool is_ours(const QKeyEvent& event) {
    switch (event.key()) {
        case Qt::Key_Left:
        case Qt::Key_Right:
        case Qt::Key_Up:
        case Qt::Key_Down:
        case Qt::Key_Home:
        case Qt::Key_End:
        case Qt::Key_Return:
        case Qt::Key_Enter:
        case Qt::Key_Escape:
            return (event.modifiers() & ~Qt::KeypadModifier) == Qt::NoModifier;
        case Qt::Key_Plus:
        case Qt::Key_Minus:
        case Qt::Key_0:
            // With Shift too, which makes a plus on many keyboards.
            return (event.modifiers() & (Qt::ControlModifier | Qt::AltModifier)) == 0;
        default:
            return false;
    }
}

}  // namespace

HeatmapNavigation::HeatmapNavigation(QCustomPlot& plot, QObject* parent)
    : QObject(parent), plot_(plot) {
    plot_.setFocusPolicy(Qt::StrongFocus);
    plot_.installEventFilter(this);
}

void HeatmapNavigation::set_count(int count) {
    if (count == count_) return;
    count_ = count;
    set_cell(std::nullopt, false);
    pressed_.reset();
    home_ = {};
    reset_zoom();
}

void HeatmapNavigation::reset_zoom() {
    set_view({kEdge, kEdge}, count_);
}

bool HeatmapNavigation::zoomed() const {
    return span() < count_ - 1e-9;
}

void HeatmapNavigation::show_cell(QPoint cell) {
    const auto shifted = [this](double from, int place) {
        return std::clamp(from, place + 0.5 - span(), place - 0.5);
    };
    const QPointF wanted(shifted(corner().x(), cell.x()), shifted(corner().y(), cell.y()));
    if (wanted != corner()) set_view(wanted, span());
}

bool HeatmapNavigation::eventFilter(QObject* watched, QEvent* event) {
    if (watched != &plot_ || count_ == 0) return false;
    switch (event->type()) {
        case QEvent::ShortcutOverride: {
            // Ours before any shortcut of the window; but a window that needs Escape has it.
            const auto& key = static_cast<const QKeyEvent&>(*event);
            if (is_ours(key) && key.key() != Qt::Key_Escape) event->accept();
            return false;
        }
        case QEvent::KeyPress:
            return key_press(static_cast<const QKeyEvent&>(*event));
        case QEvent::MouseButtonPress:
            mouse_press(static_cast<const QMouseEvent&>(*event));
            return false;
        case QEvent::MouseMove:
            mouse_move(static_cast<const QMouseEvent&>(*event));
            return true;
        case QEvent::MouseButtonRelease:
            mouse_release(static_cast<const QMouseEvent&>(*event));
            return false;
        case QEvent::MouseButtonDblClick:
            reset_zoom();
            Q_EMIT double_clicked();
            return true;
        case QEvent::Wheel:
            wheel(static_cast<const QWheelEvent&>(*event));
            return true;
        case QEvent::Leave:
            if (!by_keyboard_) set_cell(std::nullopt, false);
            return false;
        case QEvent::FocusIn:
            focus_in(static_cast<const QFocusEvent&>(*event).reason());
            return false;
        case QEvent::FocusOut:
            if (by_keyboard_) set_cell(std::nullopt, false);
            return false;
        default:
            return false;
    }
}

bool HeatmapNavigation::key_press(const QKeyEvent& event) {
    if (!is_ours(event)) return false;
    switch (event.key()) {
        case Qt::Key_Return:
        case Qt::Key_Enter:
            if (cell_) Q_EMIT activated(*cell_);
            return true;
        case Qt::Key_Escape:
            Q_EMIT dismissed();
            return true;
        case Qt::Key_Plus:
        case Qt::Key_Minus: {
            const double factor = event.key() == Qt::Key_Plus ? 1.0 / kZoomStep : kZoomStep;
            const QPointF middle = corner() + QPointF(span(), span()) / 2.0;
            zoom(factor, cell_ ? QPointF(*cell_) : middle);
            return true;
        }
        case Qt::Key_0:
            reset_zoom();
            return true;
        default:
            return move_cursor(event.key());
    }
}

bool HeatmapNavigation::move_cursor(int key) {
    QPoint cell = cell_.value_or(home_);
    // The first key only shows where the cursor is.
    if (cell_) {
        if (key == Qt::Key_Left) cell.rx() -= 1;
        if (key == Qt::Key_Right) cell.rx() += 1;
        if (key == Qt::Key_Up) cell.ry() -= 1;
        if (key == Qt::Key_Down) cell.ry() += 1;
        if (key == Qt::Key_Home) cell.setX(0);
        if (key == Qt::Key_End) cell.setX(count_ - 1);
    }
    cell.setX(std::clamp(cell.x(), 0, count_ - 1));
    cell.setY(std::clamp(cell.y(), 0, count_ - 1));
    show_cell(cell);
    set_cell(cell, true);
    return true;
}

void HeatmapNavigation::mouse_press(const QMouseEvent& event) {
    if (event.button() != Qt::LeftButton) return;
    pressed_ = event.position().toPoint();
    corner_pressed_ = corner();
    dragging_ = false;
}

void HeatmapNavigation::mouse_move(const QMouseEvent& event) {
    if (pressed_ && (event.buttons() & Qt::LeftButton) != 0) {
        const QPointF moved = event.position() - QPointF(*pressed_);
        dragging_ = dragging_ || moved.manhattanLength() >= QApplication::startDragDistance();
        if (!dragging_) return;
        const double cells_per_pixel = span() / std::max(1, plot_.axisRect()->width());
        set_view(corner_pressed_ - moved * cells_per_pixel, span());
    }
    set_cell(cell_at(event.position()), false);
}

void HeatmapNavigation::mouse_release(const QMouseEvent& event) {
    if (event.button() != Qt::LeftButton || !pressed_) return;
    const auto cell = cell_at(*pressed_);
    pressed_.reset();
    if (!dragging_ && cell) Q_EMIT activated(*cell);
    dragging_ = false;
}

void HeatmapNavigation::wheel(const QWheelEvent& event) {
    const QPointF at = event.position();
    const QCPAxisRect& rect = *plot_.axisRect();
    if (!rect.rect().contains(at.toPoint())) return;
    const double notches = event.angleDelta().y() / 120.0;
    zoom(std::pow(kZoomStep, -notches), {rect.axis(QCPAxis::atBottom)->pixelToCoord(at.x()),
                                         rect.axis(QCPAxis::atLeft)->pixelToCoord(at.y())});
    set_cell(cell_at(at), false);
}

void HeatmapNavigation::focus_in(Qt::FocusReason reason) {
    // Whoever comes by keyboard must see where they are.
    const bool by_key = reason == Qt::TabFocusReason || reason == Qt::BacktabFocusReason ||
                        reason == Qt::ShortcutFocusReason;
    if (by_key && !cell_) set_cell(home_, true);
}

void HeatmapNavigation::set_cell(std::optional<QPoint> cell, bool by_keyboard) {
    by_keyboard_ = by_keyboard;
    if (cell == cell_) return;
    cell_ = cell;
    Q_EMIT cell_changed();
}

void HeatmapNavigation::zoom(double factor, QPointF around) {
    const double least = std::min<double>(count_, kFewestCells);
    const double wanted = std::clamp(span() * factor, least, static_cast<double>(count_));
    // The point under the pointer stays under it.
    set_view(around - (around - corner()) * (wanted / span()), wanted);
}

void HeatmapNavigation::set_view(QPointF corner, double span) {
    const double last = count_ + kEdge - span;
    const QPointF kept(std::clamp(corner.x(), kEdge, std::max(kEdge, last)),
                       std::clamp(corner.y(), kEdge, std::max(kEdge, last)));
    const double size = std::max(span, 1.0);
    plot_.axisRect()->axis(QCPAxis::atBottom)->setRange(kept.x(), kept.x() + size);
    plot_.axisRect()->axis(QCPAxis::atLeft)->setRange(kept.y(), kept.y() + size);
    plot_.replot(QCustomPlot::rpQueuedReplot);
    Q_EMIT view_changed();
}

std::optional<QPoint> HeatmapNavigation::cell_at(QPointF position) const {
    const QCPAxisRect& rect = *plot_.axisRect();
    if (!rect.rect().contains(position.toPoint())) return std::nullopt;
    const auto place = [](const QCPAxis& axis, double pixel) {
        return static_cast<int>(std::floor(axis.pixelToCoord(pixel) + 0.5));
    };
    const QPoint cell(place(*rect.axis(QCPAxis::atBottom), position.x()),
                      place(*rect.axis(QCPAxis::atLeft), position.y()));
    if (!QRect(0, 0, count_, count_).contains(cell)) return std::nullopt;
    return cell;
}

QPointF HeatmapNavigation::corner() const {
    return {plot_.axisRect()->axis(QCPAxis::atBottom)->range().lower,
            plot_.axisRect()->axis(QCPAxis::atLeft)->range().lower};
}

double HeatmapNavigation::span() const {
    return plot_.axisRect()->axis(QCPAxis::atBottom)->range().size();
}

}  // namespace headscope::ui
