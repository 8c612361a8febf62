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
#include <numeric>
#include <utility>

#include "ui/plan/layer_bars_drawing.h"
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

LayerBarsDrawing LayerBars::drawing() const {
    std::vector<int> numbers(static_cast<std::size_t>(layers()));
    std::iota(numbers.begin(), numbers.end(), 0);
    const std::int64_t top = axis_top();
    return {{QRectF(rect()), font(), palette(), devicePixelRatioF(), QLocale()},
            std::move(numbers),
            {0, top / 2, top}};
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
    return drawing().column(layer);
}

int LayerBars::layer_at(const QPointF& position) const {
    if (layers() == 0) return -1;
    const QRectF area = drawing().area();
    if (position.x() < area.left() || position.x() >= area.right()) return -1;
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
    QStringList lines = {title, merged, pairs, groups};
    if (session_.per_layer()) {
        const auto threshold = session_.threshold_of(layer);
        lines << (threshold ? tr("Threshold %1").arg(threshold_text(*threshold))
                            : tr("No threshold of its own"));
    }
    return lines.join(QLatin1Char('\n'));
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
    const LayerBarsDrawing drawn = drawing();
    drawn.paint_axes(painter, tr("Layer"));
    paint_bars(painter, drawn);
    drawn.paint_layer_numbers(painter, session_.focused_layer());
    if (hasFocus()) {
        QStyleOptionFocusRect focus;
        focus.initFrom(this);
        focus.backgroundColor = palette().color(QPalette::Window);
        painter.drawPrimitive(QStyle::PE_FrameFocusRect, focus);
    }
}

void LayerBars::paint_bars(QPainter& painter, const LayerBarsDrawing& drawn) const {
    const PlotColors colors = plot_colors(palette());
    for (int layer = 0; layer < layers(); ++layer) {
        if (layer == session_.focused_layer()) {
            const QRectF column = drawn.column(layer);
            QColor mark = palette().color(QPalette::Highlight);
            mark.setAlphaF(0.25F);
            painter.fillRect(column.adjusted(-1, 0, 1, 0), mark);
            // Below the axis it is seen even where the bar has its full height.
            mark.setAlphaF(1.0F);
            painter.fillRect(QRectF(column.left() - 1, column.bottom(), column.width() + 2, 3),
                             mark);
        }
        const auto merged = static_cast<double>(session_.layer_summary(layer).merged_heads);
        painter.fillRect(drawn.bar(layer, merged),
                         session_.included(layer) ? colors.merged : colors.faint);
    }
}

}  // namespace headscope::ui
