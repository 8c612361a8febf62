#pragma once

#include <QFont>
#include <QObject>
#include <QRect>
#include <QString>

class QCPColorScale;
class QCustomPlot;

namespace headscope::ui {

/// A text in lines of at most `width` pixels, two at most; what is too long even so is elided.
[[nodiscard]] QString in_two_lines(const QString& text, const QFont& font, int width);

/// How long a text can be that stands on its side in the middle of `beside`, pixels.
[[nodiscard]] int upright_room(const QCustomPlot& plot, const QRect& beside);

/// The label of a colour scale at the right of a plot. It stands on its side, so a long one needs
/// height: it is broken into lines, or elided, as the plot has room.
class ScaleLabel : public QObject {
    Q_OBJECT

  public:
    /// The plot owns it.
    ScaleLabel(QCustomPlot& plot, QCPColorScale& scale);

    void set_text(const QString& text);

  private:
    void fit();

    QCustomPlot& plot_;
    QCPColorScale& scale_;
    QString text_;
};

}  // namespace headscope::ui
