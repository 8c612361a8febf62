#pragma once

#include <QColor>
#include <QRect>
#include <QString>
#include <optional>

class QFontMetrics;
class QPainter;

namespace headscope::ui {

/// What is drawn over the histogram: the threshold line with its label, and the highest similarity.
struct DistributionMarks {
    enum class Beyond { no, left, right };  ///< whether the threshold lies outside the view

    double threshold_x = 0.0;  ///< pixels; at an edge of the plot where it lies beyond
    Beyond beyond = Beyond::no;
    QString label;
    std::optional<double> highest_x;  ///< pixels; absent where it is not in view
    QString highest_label;
    QColor line;
    QColor text;
    bool strong = false;  ///< under the mouse, or focused
};

/// Where the label of the threshold goes: above `plot`, centred on the line, inside `viewport`.
[[nodiscard]] QRect threshold_label_rect(const DistributionMarks& marks,
                                         const QFontMetrics& metrics, const QRect& plot,
                                         const QRect& viewport);

/// `plot`: the rectangle of the axes; `viewport`: the whole widget, which labels never leave.
void draw_marks(QPainter& painter, const DistributionMarks& marks, const QRect& plot,
                const QRect& viewport);

}  // namespace headscope::ui
