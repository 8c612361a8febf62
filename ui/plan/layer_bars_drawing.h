#pragma once

#include <QFont>
#include <QLocale>
#include <QPalette>
#include <QRectF>
#include <QString>
#include <cstdint>
#include <vector>

class QPainter;

namespace headscope::ui {

/// A bar a layer, with numbered axes: how the window and charts paint it.
class LayerBarsDrawing {
  public:
    struct Place {
        QRectF rect;
        QFont font;
        QPalette palette;
        double pixel_ratio = 1.0;  ///< device pixels of one
        QLocale locale;            ///< of numbers
    };

    /// `layers`: their numbers, from left to right. `ticks`: of the vertical axis, rising from 0 to
    /// its end.
    LayerBarsDrawing(Place place, std::vector<int> layers, std::vector<std::int64_t> ticks);

    /// Where the bars are.
    [[nodiscard]] QRectF area() const { return area_; }
    /// The bar at a place, counted from the left, in full height.
    [[nodiscard]] QRectF column(int at) const;
    /// The same in the height of a value.
    [[nodiscard]] QRectF bar(int at, double value) const;

    void paint_axes(QPainter& painter, const QString& title) const;
    /// The numbers of the layers, as many as do not touch. That at `focused` is shown in any case,
    /// in bold; -1 for none.
    void paint_layer_numbers(QPainter& painter, int focused) const;

  private:
    [[nodiscard]] QRectF number_place(int at) const;

    Place place_;
    std::vector<int> layers_;
    std::vector<std::int64_t> ticks_;
    QRectF area_;
};

}  // namespace headscope::ui
