#include "ui/attention/attention_plots.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>

#include <qcustomplot.h>

#include "ui/style/cell_map.h"
#include "ui/style/plot_style.h"

namespace headscope::ui {
namespace {

struct Text {
    Q_DECLARE_TR_FUNCTIONS(headscope::ui::AttentionPlots)
};

constexpr int kMostCells = 256;

QColor mixed(const QColor& from, const QColor& to, double share) {
    const auto between = [share](int a, int b) {
        return static_cast<int>(std::lround(a + (b - a) * share));
    };
    return {between(from.red(), to.red()), between(from.green(), to.green()),
            between(from.blue(), to.blue())};
}

}  // namespace

HeadPicture picture_of(const LayerAttention& layer, int head, const QString& name) {
    const auto tokens = static_cast<int>(layer.tokens());
    HeadPicture picture{name, std::min(tokens, kMostCells), tokens, {}, {}};
    const std::vector<float> rows = layer.matrix(head);
    picture.profile = profile_of(rows, tokens);
    const auto side = static_cast<std::size_t>(picture.side);
    picture.rows.assign(side * side, 0.0F);
    const auto count = static_cast<std::size_t>(tokens);
    for (std::size_t query = 0; query < count; ++query) {
        const std::size_t row = query * side / count;
        for (std::size_t key = 0; key <= query; ++key) {
            float& cell = picture.rows[row * side + key * side / count];
            cell = std::max(cell, rows[query * count + key]);
        }
    }
    return picture;
}

AttentionPlots::AttentionPlots(QCustomPlot& plot) : plot_(plot) {
    plot_.plotLayout()->clear();
    plot_.plotLayout()->setRowSpacing(6);
    restyle();
}

void AttentionPlots::show(std::vector<std::shared_ptr<const HeadPicture>> heads) {
    heads_ = std::move(heads);
    draw();
}

void AttentionPlots::restyle() {
    draw();
}

void AttentionPlots::draw() {
    plot_.clearPlottables();
    plot_.clearItems();
    plot_.plotLayout()->clear();
    const PlotColors colors = plot_colors(plot_.palette());
    plot_.setBackground(colors.background);
    if (heads_.empty()) return;
    const auto add_rect = [&](int row, int column) {
        auto* rect = new QCPAxisRect(&plot_);
        plot_.plotLayout()->addElement(row, column, rect);
        return rect;
    };
    const auto add_title = [&](int column, const QString& text, const QColor& color) {
        QFont font = plot_.font();
        font.setBold(true);
        auto* title = new QCPTextElement(&plot_, text, font);
        title->setTextColor(color);
        plot_.plotLayout()->addElement(0, column, title);
    };
    const auto heads = static_cast<int>(heads_.size());
    for (int i = 0; i < heads; ++i) {
        const HeadPicture& head = *heads_[static_cast<std::size_t>(i)];
        add_title(i, head.name, series_color(i, plot_.palette()));
        draw_matrix(*add_rect(1, i), head, i);
    }
    // All in one row where that is wide; else the profiles below the matrices, or beside a single
    // one.
    const bool wide = plot_.width() > 2 * plot_.height();
    auto* distance = new QCPAxisRect(&plot_);
    auto* entropy = new QCPAxisRect(&plot_);
    QCPLayoutGrid* layout = plot_.plotLayout();
    if (wide) {
        layout->addElement(1, heads, distance);
        layout->addElement(1, heads + 1, entropy);
    } else if (heads == 1) {
        auto* profiles = new QCPLayoutGrid;
        layout->addElement(1, 1, profiles);
        profiles->addElement(0, 0, distance);
        profiles->addElement(1, 0, entropy);
    } else {
        layout->addElement(2, 0, distance);
        layout->addElement(2, 1, entropy);
    }
    distance->axis(QCPAxis::atBottom)->setLabel(Text::tr("Distance, tokens"));
    distance->axis(QCPAxis::atLeft)->setLabel(Text::tr("Mean attention"));
    entropy->axis(QCPAxis::atBottom)->setLabel(Text::tr("Position, tokens"));
    entropy->axis(QCPAxis::atLeft)->setLabel(Text::tr("Entropy, nats"));
    for (std::size_t i = 0; i < heads_.size(); ++i) {
        const QPen pen(series_color(static_cast<int>(i), plot_.palette()), 1.5);
        const auto add = [&](QCPAxisRect* rect, const std::vector<double>& values, int most) {
            auto* graph =
                plot_.addGraph(rect->axis(QCPAxis::atBottom), rect->axis(QCPAxis::atLeft));
            graph->setPen(pen);
            const int count = std::min<int>(static_cast<int>(values.size()), most);
            for (int at = 0; at < count; ++at)
                graph->addData(at, values[static_cast<std::size_t>(at)]);
            graph->rescaleAxes(/*onlyEnlarge=*/i > 0);
        };
        // What is far away is close to nothing: the first tokens tell.
        add(distance, heads_[i]->profile.distance, 64);
        add(entropy, heads_[i]->profile.entropy, heads_[i]->tokens);
    }
    for (QCPAxisRect* rect : {distance, entropy}) {
        QCPAxis* up = rect->axis(QCPAxis::atLeft);
        up->setRange(0.0, std::max(1e-3, up->range().upper * 1.05));
    }
    for (QCPAxisRect* rect : plot_.axisRects()) {
        for (QCPAxis* axis : {rect->axis(QCPAxis::atLeft), rect->axis(QCPAxis::atBottom)})
            axis->ticker()->setTickCount(4);
    }
    plot_.plotLayout()->setRowStretchFactor(0, 0.001);
    style_plot(plot_);
}

void AttentionPlots::draw_matrix(QCPAxisRect& rect, const HeadPicture& head, int series) {
    QCPAxis* keys = rect.axis(QCPAxis::atBottom);
    QCPAxis* queries = rect.axis(QCPAxis::atLeft);
    auto* map = new CellMap(keys, queries);
    const int side = head.side;
    map->data()->setSize(side, side);
    map->data()->setRange(QCPRange(0, head.tokens - 1), QCPRange(0, head.tokens - 1));
    for (int row = 0; row < side; ++row) {
        for (int column = 0; column < side; ++column)
            map->data()->setCell(
                column, row, std::sqrt(head.rows[static_cast<std::size_t>(row * side + column)]));
    }
    const QColor from = plot_colors(plot_.palette()).background;
    const QColor to = series_color(series, plot_.palette());
    QCPColorGradient gradient;
    QMap<double, QColor> stops;
    for (int i = 0; i <= 16; ++i)
        stops.insert(i / 16.0, mixed(from, to, i / 16.0));
    gradient.setColorStops(stops);
    map->setGradient(gradient);
    map->setDataRange(QCPRange(0.0, 1.0));
    keys->setRange(-0.5, head.tokens - 0.5);
    queries->setRange(-0.5, head.tokens - 0.5);
    queries->setRangeReversed(true);
    keys->setLabel(Text::tr("Attended token"));
    queries->setLabel(Text::tr("Token"));
    for (QCPAxis* axis : {keys, queries}) {
        axis->grid()->setVisible(false);
        axis->setSubTicks(false);
    }
}

}  // namespace headscope::ui
