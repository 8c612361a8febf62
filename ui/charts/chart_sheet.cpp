#include "ui/charts/chart_sheet.h"

#include <QFontMetrics>

#include <qcustomplot.h>

#include "ui/style/appearance.h"
#include "ui/style/plot_style.h"

namespace headscope::ui {
namespace {

constexpr int kMargin = 20;
constexpr int kTitlePixels = 19;
constexpr int kNotePixels = 12;

QColor faint_text(const QPalette& palette) {
    return is_dark(palette) ? QColor(0xb4b4ba) : QColor(0x55555b);
}

}  // namespace

ChartSheet::ChartSheet(QPaintDevice& device, QSize size, ChartTheme theme, const ChartText& text)
    : palette_(theme == ChartTheme::dark ? dark_palette() : light_palette()),
      painter_(std::make_unique<QCPPainter>(&device)),
      body_(QRect(QPoint(0, 0), size).adjusted(kMargin, kMargin, -kMargin, -kMargin)) {
    painter_->fillRect(QRect(QPoint(0, 0), size), palette_.base());
    painter_->setRenderHint(QPainter::TextAntialiasing);
    paint_header(text);
    if (!text.note.isEmpty()) paint_note(text.note);
}

ChartSheet::~ChartSheet() = default;

QFont ChartSheet::font(int pixels) {
    QFont font(QStringList{QStringLiteral("DejaVu Sans"), QStringLiteral("Noto Sans"),
                           QStringLiteral("Liberation Sans")});
    font.setStyleHint(QFont::SansSerif);
    font.setPixelSize(pixels);
    return font;
}

QLocale ChartSheet::locale() {
    QLocale locale = QLocale::c();
    locale.setNumberOptions(QLocale::DefaultNumberOptions);  // "1,000"
    return locale;
}

int ChartSheet::paint_lines(const QString& text, int top, const QFont& font, const QColor& color) {
    painter_->setFont(font);
    painter_->setPen(color);
    const QRect room(body_.left(), top, body_.width(), body_.bottom() - top);
    QRect used;
    painter_->drawText(room, Qt::AlignLeft | Qt::AlignTop | Qt::TextWordWrap, text, &used);
    return used.bottom() + 1;
}

void ChartSheet::paint_header(const ChartText& text) {
    QFont title = font(kTitlePixels);
    title.setBold(true);
    int below = paint_lines(text.title, body_.top(), title, palette_.color(QPalette::Text)) + 3;
    for (const QString& line : text.facts)
        below = paint_lines(line, below, font(), faint_text(palette_)) + 2;
    body_.setTop(below + 10);
}

void ChartSheet::paint_note(const QString& note) {
    const QFont small = font(kNotePixels);
    const QRect needed = QFontMetrics(small).boundingRect(
        QRect(0, 0, body_.width(), body_.height()), Qt::TextWordWrap, note);
    const int top = body_.bottom() - needed.height();
    const int bottom = paint_lines(note, top, small, faint_text(palette_));
    Q_UNUSED(bottom)
    body_.setBottom(top - 8);
}

void ChartSheet::dress(QCustomPlot& plot) const {
    plot.setPalette(palette_);
    plot.setFont(font());
    plot.setLocale(locale());
    style_plot(plot);
    // Against their faint lines in the window: these are seen on paper.
    const QPen frame(faint_text(palette_));
    for (QCPAxisRect* rect : plot.axisRects()) {
        for (QCPAxis* axis : rect->axes()) {
            axis->setBasePen(frame);
            axis->setTickPen(frame);
            axis->setSubTickPen(Qt::NoPen);
        }
    }
}

void ChartSheet::paint(QCustomPlot& plot) {
    paint(plot, body_);
}

void ChartSheet::paint(QCustomPlot& plot, const QRect& place) {
    plot.resize(place.size());
    painter_->save();
    painter_->translate(place.topLeft());
    plot.toPainter(painter_.get(), place.width(), place.height());
    painter_->restore();
}

}  // namespace headscope::ui
