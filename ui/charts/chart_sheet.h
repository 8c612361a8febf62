#pragma once

#include <QFont>
#include <QLocale>
#include <QPalette>
#include <QRect>
#include <memory>

#include "ui/charts/chart.h"
#include "ui/charts/chart_text.h"

class QCPPainter;
class QCustomPlot;
class QPaintDevice;

namespace headscope::ui {

/// The paper of a chart: background, title, facts and note; what is between them is the chart's.
class ChartSheet {
  public:
    ChartSheet(QPaintDevice& device, QSize size, ChartTheme theme, const ChartText& text);
    ~ChartSheet();
    ChartSheet(const ChartSheet&) = delete;
    ChartSheet& operator=(const ChartSheet&) = delete;

    [[nodiscard]] QCPPainter& painter() { return *painter_; }
    [[nodiscard]] QRect body() const { return body_; }
    [[nodiscard]] const QPalette& palette() const { return palette_; }

    /// A font for texts in charts: the same size on every screen.
    [[nodiscard]] static QFont font(int pixels = 13);

    /// Of the numbers in charts.
    [[nodiscard]] static QLocale locale();

    /// Makes a plot look like the sheet: font, colours and numbers. Once its axes are there.
    void dress(QCustomPlot& plot) const;
    /// Paints a plot into the body, or into a part of it.
    void paint(QCustomPlot& plot);
    void paint(QCustomPlot& plot, const QRect& place);

  private:
    void paint_header(const ChartText& text);
    void paint_note(const QString& note);
    [[nodiscard]] int paint_lines(const QString& text, int top, const QFont& font,
                                  const QColor& color);

    QPalette palette_;
    std::unique_ptr<QCPPainter> painter_;
    QRect body_;
};

}  // namespace headscope::ui
