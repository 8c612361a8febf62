#include "ui/map/head_map.h"

#include <QContextMenuEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <qcustomplot.h>

#include "ui/style/cell_map.h"
#include "ui/style/follow_style.h"
#include "ui/style/plot_style.h"
#include "ui/style/scale_label.h"
#include "ui/style/value_colors.h"

namespace headscope::ui {

/// The selection, what is excluded (a stroke) and removed (a cross), and the cell under the
/// pointer.
class HeadMap::Marks : public QCPLayerable {
  public:
    Marks(QCustomPlot& plot, const HeadMap& map)
        : QCPLayerable(&plot, QStringLiteral("marks")), map_(map) {}

  protected:
    [[nodiscard]] QRect clipRect() const override { return mParentPlot->axisRect()->rect(); }
    void applyDefaultAntialiasingHint(QCPPainter* painter) const override {
        painter->setAntialiasing(false);
    }

    void draw(QCPPainter* painter) override {
        const PlotColors colors = plot_colors(mParentPlot->palette());
        painter->setPen(QPen(colors.faint, 1.0));
        for (const HeadRef head : map_.excluded_) {
            const QRectF cell = rect(head);
            painter->fillRect(cell, colors.background);
            painter->drawLine(cell.topLeft(), cell.bottomRight());
        }
        painter->setPen(QPen(colors.text, 1.5));
        for (const HeadRef head : map_.removed_) {
            const QRectF cell = rect(head);
            painter->fillRect(cell, colors.background);
            painter->drawLine(cell.topLeft(), cell.bottomRight());
            painter->drawLine(cell.topRight(), cell.bottomLeft());
        }
        painter->setBrush(Qt::NoBrush);
        for (const HeadRef head : map_.selected_)
            frame(*painter, rect(head), colors, 2.0);
        if (map_.current_) frame(*painter, rect(*map_.current_), colors, 1.0);
    }

  private:
    [[nodiscard]] QRectF rect(HeadRef head) const {
        const QCPAxis& x = *mParentPlot->xAxis;
        const QCPAxis& y = *mParentPlot->yAxis;
        return QRectF(QPointF(x.coordToPixel(head.layer - 0.5), y.coordToPixel(head.head - 0.5)),
                      QPointF(x.coordToPixel(head.layer + 0.5), y.coordToPixel(head.head + 0.5)))
            .normalized();
    }

    static void frame(QCPPainter& painter, const QRectF& cell, const PlotColors& colors,
                      double width) {
        painter.setPen(QPen(colors.background, width + 2.0));
        painter.drawRect(cell);
        painter.setPen(QPen(colors.text, width));
        painter.drawRect(cell);
    }

    const HeadMap& map_;
};

HeadMap::HeadMap(QWidget* parent)
    : QWidget(parent),
      plot_(new QCustomPlot(this)),
      cells_(new CellMap(plot_->xAxis, plot_->yAxis)),
      scale_(new QCPColorScale(plot_)),
      label_(new ScaleLabel(*plot_, *scale_)) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->addWidget(plot_);
    plot_->setMinimumSize(240, 140);
    plot_->setFocusPolicy(Qt::StrongFocus);
    plot_->setMouseTracking(true);
    plot_->installEventFilter(this);
    setFocusProxy(plot_);
    scale_->setType(QCPAxis::atRight);
    scale_->setBarWidth(12);
    scale_->setRangeDrag(false);
    scale_->setRangeZoom(false);
    plot_->plotLayout()->addElement(0, 1, scale_);
    cells_->setColorScale(scale_);
    auto* margins = new QCPMarginGroup(plot_);
    plot_->axisRect()->setMarginGroup(QCP::msTop | QCP::msBottom, margins);
    scale_->setMarginGroup(QCP::msTop | QCP::msBottom, margins);
    plot_->yAxis->setRangeReversed(true);
    for (QCPAxis* axis : {plot_->xAxis, plot_->yAxis}) {
        axis->grid()->setVisible(false);
        axis->setTickLength(0, 3);
        axis->setSubTicks(false);
        axis->setNumberFormat(QStringLiteral("f"));
        axis->setNumberPrecision(0);
        const QSharedPointer<QCPAxisTickerFixed> whole(new QCPAxisTickerFixed);
        whole->setTickStep(1.0);
        whole->setScaleStrategy(QCPAxisTickerFixed::ssMultiples);
        axis->setTicker(whole);
    }
    plot_->addLayer(QStringLiteral("marks"), plot_->layer(QStringLiteral("axes")),
                    QCustomPlot::limBelow);
    plot_->layer(QStringLiteral("marks"))->setMode(QCPLayer::lmBuffered);
    new Marks(*plot_, *this);  // the plot owns it
    plot_->xAxis->setLabel(tr("Layer"));
    plot_->yAxis->setLabel(tr("Head"));
    plot_->setAccessibleName(tr("Map of all heads"));
    restyle();
    follow_style(*plot_, [this] { restyle(); });
}

HeadMap::~HeadMap() {
    delete plot_;  // its marks refer to this
}

void HeadMap::show_values(Values values, const QString& title) {
    values_ = std::move(values);
    label_->set_text(title);
    if (current_ && std::isnan(value(*current_))) current_.reset();
    fill();
    plot_->replot(QCustomPlot::rpQueuedReplot);
    Q_EMIT current_changed();
}

void HeadMap::set_selected(const std::set<HeadRef>& heads) {
    if (heads == selected_) return;
    selected_ = heads;
    plot_->layer(QStringLiteral("marks"))->replot();
}

void HeadMap::set_marks(std::set<HeadRef> excluded, std::set<HeadRef> removed) {
    if (excluded == excluded_ && removed == removed_) return;
    excluded_ = std::move(excluded);
    removed_ = std::move(removed);
    plot_->layer(QStringLiteral("marks"))->replot();
}

double HeadMap::value(HeadRef head) const {
    const auto layer = static_cast<std::size_t>(head.layer);
    const auto at = static_cast<std::size_t>(head.head);
    if (layer >= values_.size() || at >= values_[layer].size())
        return std::numeric_limits<double>::quiet_NaN();
    return values_[layer][at];
}

int HeadMap::most_heads() const {
    std::size_t most = 0;
    for (const auto& layer : values_)
        most = std::max(most, layer.size());
    return static_cast<int>(most);
}

void HeadMap::fill() {
    const auto layers = static_cast<int>(values_.size());
    const int heads = most_heads();
    QCPColorMapData& grid = *cells_->data();
    grid.setSize(layers, heads);
    grid.setRange(QCPRange(0, std::max(1, layers - 1)), QCPRange(0, std::max(1, heads - 1)));
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    for (int layer = 0; layer < layers; ++layer) {
        for (int head = 0; head < heads; ++head) {
            const double cell = value({layer, head});
            grid.setCell(layer, head, cell);
            if (std::isnan(cell)) continue;
            low = std::min(low, cell);
            high = std::max(high, cell);
        }
    }
    scale_values(*scale_, *plot_, low, high);
    plot_->xAxis->setRange(-0.5, std::max(0, layers - 1) + 0.5);
    plot_->yAxis->setRange(-0.5, std::max(0, heads - 1) + 0.5);
}

void HeadMap::restyle() {
    style_plot(*plot_);
    style_color_scale(*scale_, *plot_);
    fill();
    plot_->replot(QCustomPlot::rpQueuedReplot);
}

std::optional<HeadRef> HeadMap::head_at(QPointF position) const {
    if (!plot_->axisRect()->rect().contains(position.toPoint())) return std::nullopt;
    const HeadRef head{
        static_cast<int>(std::floor(plot_->xAxis->pixelToCoord(position.x()) + 0.5)),
        static_cast<int>(std::floor(plot_->yAxis->pixelToCoord(position.y()) + 0.5))};
    const auto layer = static_cast<std::size_t>(head.layer);
    if (head.layer < 0 || layer >= values_.size() || head.head < 0 ||
        static_cast<std::size_t>(head.head) >= values_[layer].size()) {
        return std::nullopt;
    }
    return head;
}

void HeadMap::set_current(std::optional<HeadRef> head) {
    if (head == current_) return;
    current_ = head;
    plot_->layer(QStringLiteral("marks"))->replot();
    Q_EMIT current_changed();
}

void HeadMap::press(HeadRef head, Qt::KeyboardModifiers modifiers) {
    std::set<HeadRef> chosen;
    if (modifiers.testFlag(Qt::ShiftModifier)) {
        const auto [first_layer, last_layer] = std::minmax(anchor_.layer, head.layer);
        const auto [first_head, last_head] = std::minmax(anchor_.head, head.head);
        for (int layer = first_layer; layer <= last_layer; ++layer) {
            for (int at = first_head; at <= last_head; ++at)
                chosen.insert({layer, at});
        }
    } else if (modifiers.testFlag(Qt::ControlModifier)) {
        chosen = selected_;
        if (!chosen.erase(head)) chosen.insert(head);
        anchor_ = head;
    } else {
        chosen = {head};
        anchor_ = head;
    }
    Q_EMIT selection_chosen(chosen, head);
}

bool HeadMap::key_press(int key, Qt::KeyboardModifiers modifiers) {
    if (values_.empty()) return false;
    HeadRef head = current_.value_or(anchor_);
    switch (key) {
        case Qt::Key_Left:
            --head.layer;
            break;
        case Qt::Key_Right:
            ++head.layer;
            break;
        case Qt::Key_Up:
            --head.head;
            break;
        case Qt::Key_Down:
            ++head.head;
            break;
        case Qt::Key_Return:
        case Qt::Key_Enter:
        case Qt::Key_Space:
            press(head, modifiers);
            return true;
        default:
            return false;
    }
    head.layer = std::clamp(head.layer, 0, static_cast<int>(values_.size()) - 1);
    const auto heads = static_cast<int>(values_[static_cast<std::size_t>(head.layer)].size());
    head.head = std::clamp(head.head, 0, heads - 1);
    set_current(head);
    if (modifiers.testFlag(Qt::ShiftModifier)) press(head, modifiers);
    return true;
}

bool HeadMap::eventFilter(QObject* watched, QEvent* event) {
    if (watched != plot_) return QWidget::eventFilter(watched, event);
    switch (event->type()) {
        case QEvent::MouseMove:
            set_current(head_at(static_cast<QMouseEvent*>(event)->position()));
            break;
        case QEvent::Leave:
            set_current(std::nullopt);
            break;
        case QEvent::MouseButtonPress: {
            const auto* mouse = static_cast<QMouseEvent*>(event);
            const auto head = head_at(mouse->position());
            if (head && mouse->button() == Qt::LeftButton) press(*head, mouse->modifiers());
            break;
        }
        case QEvent::ContextMenu: {
            const auto* menu = static_cast<QContextMenuEvent*>(event);
            const auto head = head_at(menu->pos());
            if (head && !selected_.contains(*head)) press(*head, Qt::NoModifier);
            Q_EMIT menu_requested(menu->globalPos());
            return true;
        }
        case QEvent::KeyPress: {
            const auto* key = static_cast<QKeyEvent*>(event);
            if (key_press(key->key(), key->modifiers())) return true;
            break;
        }
        default:
            break;
    }
    return QWidget::eventFilter(watched, event);
}

}  // namespace headscope::ui
