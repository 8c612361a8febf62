#include "ui/attention/token_view.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QScrollBar>
#include <QToolTip>
#include <algorithm>
#include <cmath>

#include "ui/style/plot_style.h"

namespace headscope::ui {
namespace {

/// Spaces and line breaks as marks, so that a token that is only that can be seen.
QString shown(const QString& token) {
    QString text = token;
    text.replace(QLatin1Char('\n'), QChar(0x21b5));
    text.replace(QLatin1Char('\t'), QChar(0x2192));
    if (text.startsWith(QLatin1Char(' '))) text.remove(0, 1);
    return text.isEmpty() ? QString(QChar(0x00b7)) : text;
}

/// Small shares still show: most of a row's weight is on few tokens.
float shade(float share) {
    return std::sqrt(std::clamp(share, 0.0F, 1.0F)) * 0.85F;
}

}  // namespace

TokenView::TokenView(QWidget* parent) : QAbstractScrollArea(parent) {
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setFocusPolicy(Qt::StrongFocus);
    viewport()->setMouseTracking(true);
    viewport()->setBackgroundRole(QPalette::Base);
    setAccessibleName(tr("Tokens of the text"));
}

QSize TokenView::sizeHint() const {
    return {60 * fontMetrics().averageCharWidth(), 8 * fontMetrics().height()};
}

void TokenView::set_tokens(const QStringList& tokens) {
    tokens_ = tokens;
    first_.clear();
    second_.clear();
    kept_ = false;
    chosen_ = tokens.isEmpty() ? -1 : static_cast<int>(tokens.size()) - 1;
    lay_out();
    viewport()->update();
    if (chosen_ >= 0) Q_EMIT token_chosen(chosen_);
}

void TokenView::set_shares(std::vector<float> first, std::vector<float> second) {
    first_ = std::move(first);
    second_ = std::move(second);
    viewport()->update();
}

void TokenView::set_shades(std::vector<float> shades) {
    shades_ = std::move(shades);
    viewport()->update();
}

void TokenView::choose(int token) {
    if (token < 0 || token >= tokens_.size() || token == chosen_) return;
    chosen_ = token;
    viewport()->update();
    Q_EMIT token_chosen(token);
}

void TokenView::lay_out() {
    places_.clear();
    const int gap = 2;
    const int line = fontMetrics().height() + 8;
    const int width = viewport()->width() - 2 * gap;
    int x = gap;
    int y = gap;
    for (const QString& token : tokens_) {
        const int space =
            token.startsWith(QLatin1Char(' ')) ? fontMetrics().averageCharWidth() / 2 : 0;
        const int wide = fontMetrics().horizontalAdvance(shown(token)) + 6;
        if (x > gap && x + space + wide > width) {
            x = gap;
            y += line;
        } else {
            x += space;
        }
        places_.emplace_back(x, y, wide, line - 3);
        x += wide + 1;
        if (token.contains(QLatin1Char('\n'))) {
            x = gap;
            y += line;
        }
    }
    const int height = places_.empty() ? 0 : places_.back().bottom() + gap;
    verticalScrollBar()->setRange(0, std::max(0, height - viewport()->height()));
    verticalScrollBar()->setPageStep(viewport()->height());
    verticalScrollBar()->setSingleStep(line);
}

void TokenView::paint_shades(QPainter& painter, std::size_t token, const QRect& place) const {
    const auto fill = [&](float share, int series, const QRect& part) {
        QColor color = series_color(series, palette());
        color.setAlphaF(shade(share));
        painter.fillRect(part, color);
    };
    if (token < shades_.size()) {
        fill(std::abs(shades_[token]), shades_[token] < 0.0F ? 0 : 1, place);
        return;
    }
    const int half = second_.empty() ? 0 : place.height() / 2;
    if (token < first_.size()) fill(first_[token], 0, place.adjusted(0, 0, 0, -half));
    if (token < second_.size())
        fill(second_[token], 1, place.adjusted(0, place.height() - half, 0, 0));
}

void TokenView::paintEvent(QPaintEvent* /*event*/) {
    QPainter painter(viewport());
    const int top = verticalScrollBar()->value();
    const PlotColors colors = plot_colors(palette());
    for (std::size_t i = 0; i < places_.size(); ++i) {
        const QRect place = places_[i].translated(0, -top);
        if (place.bottom() < 0) continue;
        if (place.top() > viewport()->height()) break;
        paint_shades(painter, i, place);
        const bool seen = !shades_.empty() || static_cast<int>(i) <= chosen_;
        painter.setPen(seen ? colors.text : colors.faint);
        painter.drawText(place, Qt::AlignCenter, shown(tokens_[static_cast<qsizetype>(i)]));
        if (static_cast<int>(i) == chosen_) {
            painter.setPen(QPen(palette().color(QPalette::Highlight), kept_ ? 2.0 : 1.0));
            painter.drawRect(place.adjusted(0, 0, -1, -1));
        }
    }
}

void TokenView::resizeEvent(QResizeEvent* event) {
    QAbstractScrollArea::resizeEvent(event);
    lay_out();
}

int TokenView::token_at(QPoint position) const {
    const QPoint at = position + QPoint(0, verticalScrollBar()->value());
    // Places are in reading order: only those of the line have to be looked at.
    const auto line = std::partition_point(places_.begin(), places_.end(), [&](const QRect& place) {
        return place.bottom() < at.y();
    });
    for (auto place = line; place != places_.end() && place->top() <= at.y(); ++place) {
        if (place->contains(at)) return static_cast<int>(place - places_.begin());
    }
    return -1;
}

void TokenView::mouseMoveEvent(QMouseEvent* event) {
    if (!kept_) choose(token_at(event->position().toPoint()));
}

void TokenView::mousePressEvent(QMouseEvent* event) {
    const int token = token_at(event->position().toPoint());
    kept_ = token >= 0 && !(kept_ && token == chosen_);
    choose(token);
    viewport()->update();
}

void TokenView::keyPressEvent(QKeyEvent* event) {
    const int step = event->key() == Qt::Key_Left ? -1 : event->key() == Qt::Key_Right ? 1 : 0;
    if (step == 0) return QAbstractScrollArea::keyPressEvent(event);
    kept_ = true;
    choose(chosen_ + step);
    show_token(chosen_);
}

void TokenView::keep(int token) {
    if (token < 0 || token >= tokens_.size()) return;
    kept_ = true;
    choose(token);
    show_token(token);
    viewport()->update();
}

void TokenView::show_token(int token) {
    if (token < 0) return;
    const QRect& place = places_[static_cast<std::size_t>(token)];
    QScrollBar& bar = *verticalScrollBar();
    if (place.top() < bar.value()) bar.setValue(place.top());
    if (place.bottom() > bar.value() + viewport()->height())
        bar.setValue(place.bottom() - viewport()->height());
}

bool TokenView::viewportEvent(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const int token = token_at(help->pos());
        const auto at = static_cast<std::size_t>(token);
        if (token >= 0 && tip_) {
            QToolTip::showText(help->globalPos(), tip_(token), viewport());
        } else if (token >= 0 && at < first_.size()) {
            QString text = tr("Token %1: %2\u00a0%")
                               .arg(token)
                               .arg(QLocale().toString(first_[at] * 100.0, 'f', 2));
            if (at < second_.size())
                text += tr("; the second head %1\u00a0%")
                            .arg(QLocale().toString(second_[at] * 100.0, 'f', 2));
            QToolTip::showText(help->globalPos(), text, viewport());
        }
        return true;
    }
    return QAbstractScrollArea::viewportEvent(event);
}

}  // namespace headscope::ui
