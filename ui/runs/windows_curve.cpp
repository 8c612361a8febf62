#include "ui/runs/windows_curve.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>
#include <limits>

#include <qcustomplot.h>

#include "ui/runs/run_text.h"
#include "ui/style/legend.h"
#include "ui/style/plot_style.h"

namespace headscope::ui {
namespace {

struct Text {
    Q_DECLARE_TR_FUNCTIONS(headscope::ui::WindowsCurve)
};

constexpr int kColors = 8;
/// The share of a curve at its start that does not decide the range: with few windows the interval
/// is so wide that everything after it would be a flat line.
constexpr double kUnsettledShare = 0.15;

double percent(double ratio) {
    return (ratio - 1.0) * 100.0;
}

/// The estimate in the units of the axis.
Estimate figure_of(const CurvePoint& point, WindowsCurve::Figure figure) {
    if (figure == WindowsCurve::Figure::perplexity) return point.merged;
    return {percent(point.ratio.value), percent(point.ratio.low), percent(point.ratio.high)};
}

bool has_interval(const Estimate& estimate) {
    return std::isfinite(estimate.low) && std::isfinite(estimate.high);
}

/// "Threshold 0.98", with the number of the run where another one shown has the same.
QString legend_name(const Run& run, const std::vector<const Run*>& runs) {
    const QString title = run_title(run);
    const auto same = std::count_if(runs.begin(), runs.end(),
                                    [&](const Run* other) { return run_title(*other) == title; });
    if (same < 2) return title;
    return Text::tr("%1 (run %2)", "title of a run, number of the run").arg(title).arg(run.id);
}

}  // namespace

WindowsCurve::WindowsCurve(QCustomPlot& plot) : plot_(plot) {
    keep_legend_aside(plot, 3);
    plot.legend->setVisible(true);
}

void WindowsCurve::show(const std::vector<const Run*>& runs, Figure figure) {
    const auto shown = [&](int id) {
        return std::any_of(runs.begin(), runs.end(),
                           [id](const Run* run) { return run->id == id; });
    };
    const bool other =
        figure != figure_ || std::any_of(series_.begin(), series_.end(),
                                         [&](const auto& entry) { return !shown(entry.first); });
    if (other) {
        clear();
        figure_ = figure;
        follows_ = true;
    }
    for (const Run* run : runs) {
        Series& series = series_of(*run);
        series.value->setName(legend_name(*run, runs));
        append(series, *run);
    }
    name_axes();
    if (follows_) fit();
}

void WindowsCurve::clear() {
    plot_.clearGraphs();
    series_.clear();
}

/// The first colour that no curve has: neighbours in the list are told apart best.
int WindowsCurve::free_color() const {
    for (int color = 0; color < kColors; ++color) {
        const bool taken = std::any_of(series_.begin(), series_.end(), [color](const auto& entry) {
            return entry.second.color == color;
        });
        if (!taken) return color;
    }
    return static_cast<int>(series_.size()) % kColors;
}

WindowsCurve::Series& WindowsCurve::series_of(const Run& run) {
    const auto found = series_.find(run.id);
    if (found != series_.end()) return found->second;
    Series series{plot_.addGraph(), plot_.addGraph(), plot_.addGraph(), plot_.addGraph()};
    series.color = free_color();
    for (QCPGraph* graph : {series.low, series.high, series.original})
        graph->removeFromLegend();
    series.high->setChannelFillGraph(series.low);
    color(series);
    return series_.emplace(run.id, series).first->second;
}

void WindowsCurve::color(const Series& series) const {
    const QColor color = series_color(series.color, plot_.palette());
    QColor band = color;
    band.setAlphaF(0.15F);
    series.value->setPen(QPen(color, 1.8));
    series.low->setPen(Qt::NoPen);
    series.high->setPen(Qt::NoPen);
    series.high->setBrush(band);
    series.original->setPen(QPen(color, 1.2, Qt::DotLine));
}

void WindowsCurve::append(Series& series, const Run& run) const {
    const bool grew =
        run.curve.size() >= series.drawn &&
        (series.drawn == 0 || run.curve[series.drawn - 1].windows == series.drawn_windows);
    if (!grew) {
        for (QCPGraph* graph : {series.value, series.low, series.high, series.original}) {
            graph->data()->clear();
        }
        series.drawn = 0;
    }
    for (; series.drawn < run.curve.size(); ++series.drawn) {
        const CurvePoint& point = run.curve[series.drawn];
        const auto key = static_cast<double>(point.windows);
        const Estimate figure = figure_of(point, figure_);
        series.value->addData(key, figure.value);
        if (has_interval(figure)) {
            series.low->addData(key, figure.low);
            series.high->addData(key, figure.high);
        }
        if (figure_ == Figure::perplexity) series.original->addData(key, point.original);
        series.drawn_windows = point.windows;
    }
    // A lone point makes no line.
    series.value->setScatterStyle(run.curve.size() == 1 ? QCPScatterStyle::ssDisc
                                                        : QCPScatterStyle::ssNone);
}

void WindowsCurve::fit() {
    QCPRange keys(0.0, 1.0);
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    const auto include = [&](const QCPGraph& graph, double from) {
        for (auto at = graph.data()->findBegin(from, false); at != graph.data()->constEnd(); ++at) {
            low = std::min(low, at->value);
            high = std::max(high, at->value);
        }
    };
    for (const auto& [id, series] : series_) {
        const auto last = static_cast<double>(series.drawn_windows);
        keys.upper = std::max(keys.upper, last);
        for (const QCPGraph* graph : {series.value, series.low, series.high, series.original}) {
            include(*graph, last * kUnsettledShare);
        }
    }
    if (figure_ == Figure::change) {
        low = std::min(low, 0.0);
        high = std::max(high, 0.0);
    }
    plot_.xAxis->setRange(keys);
    if (low > high) return;
    const double margin = std::max((high - low) * 0.08, 1e-6 + std::abs(high) * 1e-6);
    plot_.yAxis->setRange(low - margin, high + margin);
    follows_ = true;
}

void WindowsCurve::restyle() {
    style_plot(plot_);
    plot_.legend->setBorderPen(Qt::NoPen);
    for (const auto& [id, series] : series_)
        color(series);
    // The zero line is the original.
    plot_.yAxis->grid()->setZeroLinePen(QPen(plot_colors(plot_.palette()).faint, 1.2));
    name_axes();
}

void WindowsCurve::name_axes() {
    plot_.xAxis->setLabel(Text::tr("Windows done"));
    plot_.yAxis->setLabel(figure_ == Figure::change ? Text::tr("Change, %")
                                                    : Text::tr("Perplexity (dotted: original)"));
    plot_.legend->setVisible(!series_.empty());
}

}  // namespace headscope::ui
