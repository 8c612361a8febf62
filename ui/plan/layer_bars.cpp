#include "ui/plan/layer_bars.h"

#include <QEvent>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QStyleOptionFocusRect>
#include <QStylePainter>
#include <QToolTip>
#include <algorithm>
#include <cmath>

#include "ui/style/plot_style.h"
#include "ui/style/text.h"

namespace headscope::ui {

LayerBars::LayerBars(Session& session, QWidget* parent) : QWidget(parent), session_(session) {
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    const auto repaint = [this] { update(); };
    connect(&session, &Session::model_changed, this, repaint);
    connect(&session, &Session::plan_changed, this, repaint);
    connect(&session, &Session::focus_changed, this, repaint);
    set_texts();
}

QSize LayerBars::sizeHint() const {
    const int line = fontMetrics().height();
    return {18 * line, 9 * line};
}

QSize LayerBars::minimumSizeHint() const {
    const int line = fontMetrics().height();
    return {8 * line, 6 * line};
}

int LayerBars::layers() const {
    return session_.model() ? session_.model()->layers() : 0;
}

int LayerBars::heads(int layer) const {
    return static_cast<int>(session_.model()->config().heads_of(layer).heads);
}

QRectF LayerBars::plot_area() const {
    const QFontMetrics metrics = fontMetrics();
    const int numbers = metrics.horizontalAdvance(QStringLiteral("000")) + 6;
    // Below: the numbers of the layers and the axis title.
    return QRectF(rect()).adjusted(numbers, metrics.height() / 2 + 2, -4,
                                   -2 * metrics.height() - 10);
}

int LayerBars::axis_top() const {
    std::int64_t most = 0;
    for (int layer = 0; layer < layers(); ++layer) {
        most = std::max(most, session_.layer_summary(layer).merged_heads);
    }
    int top = 4;
    while (top < most) {
        top *= 2;
    }
    const auto heads = static_cast<int>(session_.model()->config().most_heads().heads);
    return static_cast<int>(std::max<std::int64_t>(most, std::min(top, heads)));
}

QRectF LayerBars::column(int layer) const {
    const QRectF area = plot_area();
    const double step = area.width() / layers();
    // Whole device pixels, with a gap where there is room for one.
    const double ratio = devicePixelRatioF();
    const double left = std::round((area.left() + layer * step) * ratio) / ratio;
    const double right = std::round((area.left() + (layer + 1) * step) * ratio) / ratio;
    const double gap = step < 3.0 ? 0.0 : std::max(1.0, std::floor(step / 5.0));
    return {left, area.top(), std::max(right - left - gap, 1.0 / ratio), area.height()};
}

int LayerBars::layer_at(const QPointF& position) const {
    const QRectF area = plot_area();
    if (layers() == 0 || position.x() < area.left() || position.x() >= area.right()) return -1;
    if (position.y() < 0 || position.y() >= height()) return -1;
    const double share = (position.x() - area.left()) / area.width();
    return std::min(static_cast<int>(share * layers()), layers() - 1);
}

QString LayerBars::describe(int layer) const {
    const PlanSummary& summary = session_.layer_summary(layer);
    const QString merged =
        tr("%1 of %Ln head(s) merged", nullptr, heads(layer)).arg(count_text(summary.merged_heads));
    const QString pairs = tr("%Ln pair(s)", nullptr, static_cast<int>(summary.pairs));
    const QString groups = tr("%Ln group(s)", nullptr, static_cast<int>(summary.groups));
    const QString title = session_.included(layer)
                              ? tr("Layer %1").arg(layer)
                              : tr("Layer %1, excluded from the merge").arg(layer);
    return QStringList{title, merged, pairs, groups}.join(QLatin1Char('\n'));
}

bool LayerBars::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip) return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const int layer = layer_at(help->pos());
    if (layer < 0) {
        QToolTip::hideText();
        event->ignore();
        return true;
    }
    QToolTip::showText(help->globalPos(), describe(layer), this, column(layer).toAlignedRect());
    return true;
}

void LayerBars::mousePressEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton) session_.focus_layer(layer_at(event->position()));
}

void LayerBars::keyPressEvent(QKeyEvent* event) {
    const int focused = session_.focused_layer();
    switch (event->key()) {
        case Qt::Key_Left:
            session_.focus_layer(focused - 1);
            return;
        case Qt::Key_Right:
            session_.focus_layer(focused + 1);
            return;
        case Qt::Key_Home:
            session_.focus_layer(0);
            return;
        case Qt::Key_End:
            session_.focus_layer(layers() - 1);
            return;
        default:
            QWidget::keyPressEvent(event);
    }
}

void LayerBars::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange) updateGeometry();
}

void LayerBars::set_texts() {
    setAccessibleName(tr("Heads merged in each layer"));
    setAccessibleDescription(tr("Left and Right focus another layer"));
    update();
}

void LayerBars::paintEvent(QPaintEvent*) {
    QStylePainter painter(this);
    if (layers() == 0) return;
    const QRectF area = plot_area();
    const int top = axis_top();
    paint_axes(painter, area, top);
    paint_bars(painter, area, top);
    paint_layer_numbers(painter, area);
    if (hasFocus()) {
        QStyleOptionFocusRect focus;
        focus.initFrom(this);
        focus.backgroundColor = palette().color(QPalette::Window);
        painter.drawPrimitive(QStyle::PE_FrameFocusRect, focus);
    }
}

void LayerBars::paint_axes(QPainter& painter, const QRectF& area, int top) const {
    const PlotColors colors = plot_colors(palette());
    const int line = fontMetrics().height();
    for (const int value : {0, top / 2, top}) {
        const double y = std::round(area.bottom() - area.height() * value / top) - 0.5;
        painter.setPen(value == 0 ? colors.faint : colors.grid);
        painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y));
        painter.setPen(colors.text);
        painter.drawText(QRectF(0, y - line / 2.0, area.left() - 5, line),
                         Qt::AlignRight | Qt::AlignVCenter, count_text(value));
    }
    painter.drawText(QRectF(area.left(), height() - line - 2, area.width(), line),
                     Qt::AlignHCenter | Qt::AlignVCenter, tr("Layer"));
}

void LayerBars::paint_bars(QPainter& painter, const QRectF& area, int top) const {
    const PlotColors colors = plot_colors(palette());
    for (int layer = 0; layer < layers(); ++layer) {
        const auto merged = static_cast<double>(session_.layer_summary(layer).merged_heads);
        QRectF bar = column(layer);
        if (layer == session_.focused_layer()) {
            QColor mark = palette().color(QPalette::Highlight);
            mark.setAlphaF(0.25F);
            painter.fillRect(bar.adjusted(-1, 0, 1, 0), mark);
            // Below the axis it is seen even where the bar has its full height.
            mark.setAlphaF(1.0F);
            painter.fillRect(QRectF(bar.left() - 1, area.bottom(), bar.width() + 2, 3), mark);
        }
        bar.setTop(std::round(area.bottom() - area.height() * merged / top));
        painter.fillRect(bar, session_.included(layer) ? colors.merged : colors.faint);
    }
}

void LayerBars::paint_layer_numbers(QPainter& painter, const QRectF& area) const {
    const QFontMetrics metrics = fontMetrics();
    const auto place = [&](int layer) {
        const QRectF bar = column(layer);
        const double width = metrics.horizontalAdvance(QStringLiteral("000"));
        return QRectF(bar.center().x() - width / 2, area.bottom() + 4, width, metrics.height());
    };
    // Every layer, or every 2nd, 5th, 10th..., so that numbers do not touch.
    const double step = area.width() / layers();
    int every = 1;
    for (const int next : {2, 5, 10, 20, 50, 100}) {
        if (step * every >= metrics.horizontalAdvance(QStringLiteral("000")) + 2) break;
        every = next;
    }
    const int focused = session_.focused_layer();
    const QRectF focused_place = place(focused);
    painter.setPen(plot_colors(palette()).text);
    for (int layer = 0; layer < layers(); layer += every) {
        if (layer == focused || place(layer).adjusted(-4, 0, 4, 0).intersects(focused_place)) {
            continue;
        }
        painter.drawText(place(layer), Qt::AlignHCenter | Qt::AlignTop, count_text(layer));
    }
    QFont bold = font();
    bold.setBold(true);
    painter.setFont(bold);
    painter.drawText(focused_place, Qt::AlignHCenter | Qt::AlignTop, count_text(focused));
    painter.setFont(font());
}

}  // namespace headscope::ui
