#include "ui/style/scale_label.h"

#include <QFontMetrics>
#include <cstdlib>

#include <qcustomplot.h>

namespace headscope::ui {

QString in_two_lines(const QString& text, const QFont& font, int width) {
    const QFontMetrics metrics(font);
    if (metrics.horizontalAdvance(text) <= width) return text;
    // As much as fits into the first line, the rest into the second.
    qsizetype broken = -1;
    for (qsizetype at = text.indexOf(QLatin1Char(' ')); at >= 0;
         at = text.indexOf(QLatin1Char(' '), at + 1)) {
        if (metrics.horizontalAdvance(text.first(at)) > width) break;
        broken = at;
    }
    if (broken < 0) return metrics.elidedText(text, Qt::ElideRight, width);
    return text.first(broken) + QLatin1Char('\n') +
           metrics.elidedText(text.sliced(broken + 1), Qt::ElideRight, width);
}

int upright_room(const QCustomPlot& plot, const QRect& beside) {
    constexpr int kMargin = 4;
    const QRect whole = plot.viewport();
    if (beside.isEmpty()) return whole.height();  // not laid out yet
    const int aside = std::abs(beside.center().y() - whole.center().y());
    return whole.height() - 2 * aside - kMargin;
}

ScaleLabel::ScaleLabel(QCustomPlot& plot, QCPColorScale& scale)
    : QObject(&plot), plot_(plot), scale_(scale) {
    connect(&plot, &QCustomPlot::beforeReplot, this, &ScaleLabel::fit);
}

void ScaleLabel::set_text(const QString& text) {
    text_ = text;
    fit();
}

void ScaleLabel::fit() {
    const QString fitting =
        in_two_lines(text_, scale_.axis()->labelFont(), upright_room(plot_, scale_.rect()));
    if (fitting != scale_.label()) scale_.setLabel(fitting);
}

}  // namespace headscope::ui
