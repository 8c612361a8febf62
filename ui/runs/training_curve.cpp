#include "ui/runs/training_curve.h"

#include <QCoreApplication>
#include <algorithm>

#include <qcustomplot.h>

#include "ui/runs/figure_curve.h"
#include "ui/runs/run_text.h"
#include "ui/style/legend.h"
#include "ui/style/plot_style.h"

namespace headscope::ui {
namespace {

struct Text {
    Q_DECLARE_TR_FUNCTIONS(headscope::ui::TrainingCurve)
};

}  // namespace

TrainingCurve::TrainingCurve(QCustomPlot& plot) : plot_(plot) {
    keep_legend_aside(plot, 2);
}

void TrainingCurve::show(std::vector<const Run*> runs) {
    plot_.clearPlottables();
    int index = 0;
    for (const Run* run : runs) {
        if (!run->training.empty()) draw_run(*run, index++);
    }
    name_axes();
    fit();
}

void TrainingCurve::draw_run(const Run& run, int index) {
    const QColor color = series_color(index, plot_.palette());
    QCPGraph* training = plot_.addGraph();
    training->setName(Text::tr("%1, training text", "title of a run").arg(run_title(run)));
    training->setPen(QPen(color, 1.2, Qt::DotLine));
    QCPGraph* held_out = plot_.addGraph();
    held_out->setName(Text::tr("%1, held-out text", "title of a run").arg(run_title(run)));
    held_out->setPen(QPen(color, 1.8));
    held_out->setScatterStyle(filled_marks(color));
    for (const DistillPoint& point : run.training) {
        held_out->addData(point.step, point.held_out);
        if (point.step > 0) training->addData(point.step, point.training);
    }
    const DistillPoint& best = best_of(run.training);
    QCPGraph* taken = plot_.addGraph();
    taken->removeFromLegend();
    taken->setLineStyle(QCPGraph::lsNone);
    taken->setScatterStyle(open_marks(color, plot_colors(plot_.palette()).background));
    taken->addData(best.step, best.held_out);
}

void TrainingCurve::fit() {
    plot_.rescaleAxes();
    plot_.xAxis->scaleRange(1.05, plot_.xAxis->range().center());
    const double upper = plot_.yAxis->range().upper;
    plot_.yAxis->setRange(0.0, upper > 0.0 ? 1.08 * upper : 1.0);
}

void TrainingCurve::restyle() {
    style_plot(plot_);
    plot_.legend->setBorderPen(Qt::NoPen);
    name_axes();
}

void TrainingCurve::name_axes() {
    plot_.xAxis->setLabel(Text::tr("Steps"));
    plot_.yAxis->setLabel(Text::tr("KL divergence, nats"));
    plot_.legend->setVisible(plot_.graphCount() > 0);
}

}  // namespace headscope::ui
