#include "ui/scatter/head_dots.h"

#include <QContextMenuEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include <qcustomplot.h>

#include "ui/measures/dot_graph.h"
#include "ui/style/follow_style.h"
#include "ui/style/plot_style.h"
#include "ui/style/scale_label.h"
#include "ui/style/value_colors.h"

namespace headscope::ui {
namespace {

constexpr int kColors = 32;
constexpr double kReach = 7.0;      // pixels around a dot that count as on it
constexpr double kLeastDrag = 4.0;  // pixels that make a press a drag
constexpr double kDot = 7.0;

QCPRange widened(double low, double high) {
    const double margin = std::max((high - low) * 0.05, std::max(std::abs(high) * 1e-3, 1e-6));
    return {low - margin, high + margin};
}

}  // namespace

/// The selection, the dot under the pointer, and the rectangle that is dragged.
class HeadDots::Marks : public QCPLayerable {
  public:
    Marks(QCustomPlot& plot, const HeadDots& dots)
        : QCPLayerable(&plot, QStringLiteral("marks")), dots_(dots) {}

  protected:
    [[nodiscard]] QRect clipRect() const override { return mParentPlot->axisRect()->rect(); }
    void applyDefaultAntialiasingHint(QCPPainter* painter) const override {
        painter->setAntialiasing(true);
    }

    void draw(QCPPainter* painter) override {
        const PlotColors colors = plot_colors(mParentPlot->palette());
        painter->setBrush(Qt::NoBrush);
        for (const HeadDot& dot : dots_.dots_) {
            if (dots_.selected_.contains(dot.head)) ring(*painter, dot, colors, 5.0, 1.5);
        }
        if (const auto current = dots_.current()) ring(*painter, *current, colors, 8.0, 1.0);
        if (dots_.band_) {
            QColor inside = colors.threshold;
            inside.setAlphaF(0.12F);
            painter->setPen(QPen(colors.threshold, 1.0));
            painter->setBrush(inside);
            painter->drawRect(dots_.band_->normalized());
        }
    }

  private:
    void ring(QCPPainter& painter, const HeadDot& dot, const PlotColors& colors, double radius,
              double width) const {
        const QPointF place = dots_.place_of(dot);
        painter.setPen(QPen(colors.background, width + 1.0));
        painter.drawEllipse(place, radius, radius);
        painter.setPen(QPen(colors.text, width));
        painter.drawEllipse(place, radius, radius);
    }

    const HeadDots& dots_;
};

HeadDots::HeadDots(QWidget* parent)
    : QWidget(parent),
      plot_(new QCustomPlot(this)),
      scale_(new QCPColorScale(plot_)),
      label_(new ScaleLabel(*plot_, *scale_)) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->addWidget(plot_);
    plot_->setMinimumSize(240, 180);
    plot_->setFocusPolicy(Qt::StrongFocus);
    plot_->setMouseTracking(true);
    plot_->setInteractions(QCP::iRangeZoom);
    plot_->installEventFilter(this);
    setFocusProxy(plot_);
    scale_->setType(QCPAxis::atRight);
    scale_->setBarWidth(12);
    scale_->setRangeDrag(false);
    scale_->setRangeZoom(false);
    plot_->plotLayout()->addElement(0, 1, scale_);
    auto* margins = new QCPMarginGroup(plot_);
    plot_->axisRect()->setMarginGroup(QCP::msTop | QCP::msBottom, margins);
    scale_->setMarginGroup(QCP::msTop | QCP::msBottom, margins);
    for (int i = 0; i <= kColors; ++i)
        graphs_.push_back(new DotGraph(plot_->xAxis, plot_->yAxis));
    plot_->addLayer(QStringLiteral("marks"), plot_->layer(QStringLiteral("axes")),
                    QCustomPlot::limAbove);
    plot_->layer(QStringLiteral("marks"))->setMode(QCPLayer::lmBuffered);
    new Marks(*plot_, *this);  // the plot owns it
    connect(plot_, &QCustomPlot::beforeReplot, this, [this] {
        plot_->yAxis->setLabel(in_two_lines(titles_.y, plot_->yAxis->labelFont(),
                                            upright_room(*plot_, plot_->axisRect()->rect())));
    });
    plot_->setAccessibleName(tr("Scatter of all heads"));
    restyle();
    follow_style(*plot_, [this] { restyle(); });
}

HeadDots::~HeadDots() {
    delete plot_;  // its marks refer to this
}

void HeadDots::show_dots(std::vector<HeadDot> dots, const Titles& titles) {
    const auto before = current();
    const bool other =
        titles.x != titles_.x || titles.y != titles_.y || dots.size() != dots_.size();
    dots_ = std::move(dots);
    titles_ = titles;
    current_.reset();
    if (before) {
        const auto found = std::ranges::find(dots_, before->head, &HeadDot::head);
        if (found != dots_.end()) current_ = static_cast<std::size_t>(found - dots_.begin());
    }
    plot_->xAxis->setLabel(titles_.x);
    label_->set_text(titles_.color);
    fill();
    if (other) fit();
    plot_->replot(QCustomPlot::rpQueuedReplot);
    Q_EMIT current_changed();
}

void HeadDots::set_selected(const std::set<HeadRef>& heads) {
    if (heads == selected_) return;
    selected_ = heads;
    plot_->layer(QStringLiteral("marks"))->replot();
}

std::optional<HeadDot> HeadDots::current() const {
    return current_ ? std::optional(dots_[*current_]) : std::nullopt;
}

void HeadDots::fill() {
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    for (const HeadDot& dot : dots_) {
        if (std::isnan(dot.color)) continue;
        low = std::min(low, dot.color);
        high = std::max(high, dot.color);
    }
    scale_values(*scale_, *plot_, low, high);
    const QCPRange range = scale_->dataRange();
    std::vector<QVector<QCPGraphData>> points(graphs_.size());
    for (const HeadDot& dot : dots_) {
        std::size_t graph = 0;
        if (!std::isnan(dot.color)) {
            const double position = (dot.color - range.lower) / range.size();
            graph =
                1 + static_cast<std::size_t>(std::clamp(position, 0.0, 1.0) * (kColors - 1) + 0.5);
        }
        points[graph].append({dot.x, dot.y});
    }
    QCPColorGradient gradient = scale_->gradient();
    for (std::size_t i = 0; i < graphs_.size(); ++i) {
        const QColor color =
            i == 0 ? plot_colors(plot_->palette()).faint
                   : QColor::fromRgb(gradient.color(static_cast<double>(i - 1) / (kColors - 1),
                                                    QCPRange(0.0, 1.0)));
        // An outline: the lightest colours are close to the background.
        const QColor outline = plot_colors(plot_->palette()).text;
        QPen pen(outline, 0.5);
        graphs_[i]->setScatterStyle({QCPScatterStyle::ssCircle, pen, QBrush(color), kDot});
        graphs_[i]->data()->set(points[i]);
    }
    show_scale(low <= high);
}

void HeadDots::show_scale(bool shown) {
    if (shown == scale_->visible()) return;
    scale_->setVisible(shown);
    if (shown) {
        plot_->plotLayout()->addElement(0, 1, scale_);
    } else {
        plot_->plotLayout()->take(scale_);
        plot_->plotLayout()->simplify();
    }
}

void HeadDots::fit() {
    if (dots_.empty()) return;
    const auto [x_low, x_high] = std::ranges::minmax_element(dots_, {}, &HeadDot::x);
    const auto [y_low, y_high] = std::ranges::minmax_element(dots_, {}, &HeadDot::y);
    plot_->xAxis->setRange(widened(x_low->x, x_high->x));
    plot_->yAxis->setRange(widened(y_low->y, y_high->y));
}

void HeadDots::restyle() {
    style_plot(*plot_);
    style_color_scale(*scale_, *plot_);
    fill();
    plot_->replot(QCustomPlot::rpQueuedReplot);
}

QPointF HeadDots::place_of(const HeadDot& dot) const {
    return {plot_->xAxis->coordToPixel(dot.x), plot_->yAxis->coordToPixel(dot.y)};
}

std::optional<std::size_t> HeadDots::dot_at(const QPointF& position) const {
    std::optional<std::size_t> nearest;
    double best = kReach * kReach;
    for (std::size_t i = 0; i < dots_.size(); ++i) {
        const QPointF away = place_of(dots_[i]) - position;
        const double distance = QPointF::dotProduct(away, away);
        if (distance > best) continue;
        best = distance;
        nearest = i;
    }
    return nearest;
}

void HeadDots::set_current(std::optional<std::size_t> dot) {
    if (dot == current_) return;
    current_ = dot;
    plot_->layer(QStringLiteral("marks"))->replot();
    Q_EMIT current_changed();
}

void HeadDots::click(std::size_t dot, Qt::KeyboardModifiers modifiers) {
    const HeadRef head = dots_[dot].head;
    std::set<HeadRef> chosen = {head};
    if (modifiers.testFlag(Qt::ControlModifier)) {
        chosen = selected_;
        if (!chosen.erase(head)) chosen.insert(head);
    } else if (modifiers.testFlag(Qt::ShiftModifier)) {
        chosen.insert(selected_.begin(), selected_.end());
    }
    Q_EMIT selection_chosen(chosen, head);
}

void HeadDots::choose_inside(const QRectF& rectangle, Qt::KeyboardModifiers modifiers) {
    std::set<HeadRef> chosen;
    for (const HeadDot& dot : dots_) {
        if (rectangle.contains(place_of(dot))) chosen.insert(dot.head);
    }
    const std::optional<HeadRef> last =
        chosen.empty() ? std::nullopt : std::optional(*chosen.begin());
    if (modifiers & (Qt::ControlModifier | Qt::ShiftModifier))
        chosen.insert(selected_.begin(), selected_.end());
    Q_EMIT selection_chosen(chosen, last);
}

void HeadDots::begin_band(const QPointF& at) {
    if (plot_->axisRect()->rect().contains(at.toPoint())) band_ = QRectF(at, QSizeF(0.0, 0.0));
}

void HeadDots::move_band(const QPointF& to) {
    band_->setBottomRight(to);
    plot_->layer(QStringLiteral("marks"))->replot();
}

void HeadDots::end_band(const QPointF& at, Qt::KeyboardModifiers modifiers) {
    const QPointF from = band_->topLeft();
    band_.reset();
    plot_->layer(QStringLiteral("marks"))->replot();
    const QPointF moved = at - from;
    if (std::max(std::abs(moved.x()), std::abs(moved.y())) >= kLeastDrag) {
        choose_inside(QRectF(from, at).normalized(), modifiers);
    } else if (const auto dot = dot_at(at)) {
        const std::size_t chosen = modifiers == Qt::NoModifier ? next_at(*dot) : *dot;
        set_current(chosen);
        click(chosen, modifiers);
    }
}

std::size_t HeadDots::next_at(std::size_t dot) const {
    std::vector<std::size_t> stack;
    for (std::size_t i = 0; i < dots_.size(); ++i) {
        const QPointF away = place_of(dots_[i]) - place_of(dots_[dot]);
        if (QPointF::dotProduct(away, away) < 1.0) stack.push_back(i);
    }
    const auto chosen = std::ranges::find_if(
        stack, [this](std::size_t i) { return selected_ == std::set<HeadRef>{dots_[i].head}; });
    if (chosen == stack.end() || std::next(chosen) == stack.end()) return stack.front();
    return *std::next(chosen);
}

/// To the next dot in the order of x or y; equal ones follow each other in the order of the heads.
void HeadDots::walk(bool along_x, int by) {
    std::vector<std::size_t> order(dots_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(
        order, {}, [&](std::size_t dot) { return along_x ? dots_[dot].x : dots_[dot].y; });
    auto next = std::ptrdiff_t{0};
    if (current_) {
        next = std::ranges::find(order, *current_) - order.begin() + by;
    } else if (by < 0) {
        next = std::ssize(order) - 1;
    }
    set_current(order[static_cast<std::size_t>(
        std::clamp<std::ptrdiff_t>(next, 0, std::ssize(order) - 1))]);
}

bool HeadDots::key_press(int key, Qt::KeyboardModifiers modifiers) {
    if (dots_.empty()) return false;
    switch (key) {
        case Qt::Key_Left:
        case Qt::Key_Right:
            walk(true, key == Qt::Key_Right ? 1 : -1);
            break;
        case Qt::Key_Up:
        case Qt::Key_Down:
            walk(false, key == Qt::Key_Up ? 1 : -1);
            break;
        case Qt::Key_Return:
        case Qt::Key_Enter:
        case Qt::Key_Space:
            if (current_) click(*current_, modifiers);
            return true;
        case Qt::Key_Escape:
            if (selected_.empty()) return false;
            Q_EMIT selection_chosen({}, std::nullopt);
            return true;
        case Qt::Key_0:
            fit();
            plot_->replot(QCustomPlot::rpQueuedReplot);
            return true;
        default:
            return false;
    }
    if (modifiers.testFlag(Qt::ShiftModifier)) click(*current_, modifiers);
    return true;
}

bool HeadDots::eventFilter(QObject* watched, QEvent* event) {
    if (watched != plot_) return QWidget::eventFilter(watched, event);
    switch (event->type()) {
        case QEvent::MouseMove: {
            const auto* mouse = static_cast<QMouseEvent*>(event);
            if (band_) {
                move_band(mouse->position());
                return true;
            }
            set_current(dot_at(mouse->position()));
            break;
        }
        case QEvent::Leave:
            set_current(std::nullopt);
            break;
        case QEvent::MouseButtonPress: {
            const auto* mouse = static_cast<QMouseEvent*>(event);
            if (mouse->button() != Qt::LeftButton) break;
            begin_band(mouse->position());
            break;
        }
        case QEvent::MouseButtonRelease: {
            const auto* mouse = static_cast<QMouseEvent*>(event);
            if (band_ && mouse->button() == Qt::LeftButton)
                end_band(mouse->position(), mouse->modifiers());
            break;
        }
        case QEvent::MouseButtonDblClick:
            fit();
            plot_->replot(QCustomPlot::rpQueuedReplot);
            break;
        case QEvent::ContextMenu: {
            const auto* menu = static_cast<QContextMenuEvent*>(event);
            const auto dot = dot_at(menu->pos());
            if (dot && !selected_.contains(dots_[*dot].head)) click(*dot, Qt::NoModifier);
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
