#include "ui/tradeoff/tradeoff_panel.h"

#include <QComboBox>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QHelpEvent>
#include <QLabel>
#include <QLineF>
#include <QMouseEvent>
#include <QPushButton>
#include <QSettings>
#include <QToolTip>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include <qcustomplot.h>

#include "ui/runs/figure_curve.h"
#include "ui/runs/run_facts.h"
#include "ui/runs/run_store.h"
#include "ui/runs/run_text.h"
#include "ui/session/session.h"
#include "ui/style/flow_layout.h"
#include "ui/style/follow_style.h"
#include "ui/style/legend.h"
#include "ui/style/plot_copy.h"
#include "ui/style/plot_style.h"
#include "ui/style/text.h"

namespace headscope::ui {
namespace {

enum Saved { changed_heads, removable_heads, removable_parameters };

const QString kKey = QStringLiteral("tradeoff/saved");

double saved_of(const PlanSummary& summary, int what) {
    switch (what) {
        case removable_heads:
            return static_cast<double>(summary.removable_heads);
        case removable_parameters:
            return static_cast<double>(summary.removable_parameters);
        default:
            return static_cast<double>(summary.merged_heads + summary.removed_heads);
    }
}

/// Runs of one curve differ in their pairs only.
QString curve_name(const Run& run) {
    const RunFacts facts = facts_of(run);
    QStringList parts = {run.model_name, facts.measure, facts.grouping, facts.kv_policy};
    parts << manner_parts(facts);
    parts.removeAll(QString());
    return parts.join(QStringLiteral(", "));
}

}  // namespace

TradeoffPanel::TradeoffPanel(const PanelServices& services, QWidget* parent)
    : QWidget(parent),
      services_(services),
      saved_(new QComboBox),
      open_(new QPushButton(tr("Open &front\u2026"))),
      use_(new QPushButton(tr("&Use this plan"))),
      note_(new QLabel),
      plot_(new QCustomPlot),
      opening_(QStringLiteral("front")) {
    saved_->addItems(
        {tr("Heads merged or removed"), tr("Removable heads"), tr("Removable parameters")});
    open_->setObjectName(QStringLiteral("open_front"));
    open_->setToolTip(
        tr("A compress.json that headscope compress wrote for the open model: "
           "plans that remove more and more heads, with what each costs."));
    use_->setObjectName(QStringLiteral("use_plan"));
    use_->setToolTip(
        tr("Makes the plan of the chosen point the current one, to look at, run or "
           "save."));
    auto* label = new QLabel(tr("A&gainst:"));
    note_->setWordWrap(true);
    note_->setObjectName(QStringLiteral("note"));
    auto* controls = new QWidget;
    auto* row = new FlowLayout(controls);
    row->setContentsMargins({});
    row->add_labelled(label, saved_);
    row->addWidget(open_);
    row->addWidget(use_);
    auto* column = new QVBoxLayout(this);
    column->addWidget(controls);
    column->addWidget(note_);
    column->addWidget(plot_, 1);
    column->addStretch();  // of the room of a plot that is hidden
    plot_->setMinimumSize(240, 12 * fontMetrics().height());
    plot_->setInteractions(QCP::iRangeDrag | QCP::iRangeZoom);
    plot_->setAccessibleName(tr("Change of perplexity against what goes"));
    plot_->installEventFilter(this);
    plot_->legend->setVisible(true);
    keep_legend_aside(*plot_, 1);
    add_copy_action(*this, *plot_, [this] { return copy_text(); });
    follow_style(*plot_, [this] { draw(); });
    connect_services();
    refresh();
}

void TradeoffPanel::connect_services() {
    const auto changed = [this] {
        if (isVisible()) refresh();
    };
    RunStore& runs = services_.runs;
    connect(saved_, &QComboBox::currentIndexChanged, this, &TradeoffPanel::refresh);
    connect(open_, &QPushButton::clicked, this, &TradeoffPanel::ask_for_front);
    connect(use_, &QPushButton::clicked, this, &TradeoffPanel::use_plan);
    connect(&runs, &RunStore::added, this, changed);
    connect(&runs, &RunStore::removed, this, changed);
    connect(&runs, &RunStore::changed, this, [this, changed](int row) {
        if (services_.runs.at(row).state == RunState::finished) changed();
    });
    connect(&services_.session, &Session::model_changed, this, [this, changed] {
        const OpenedModel* model = services_.session.model().get();
        const auto is_other = [model](const auto& front) {
            return !same_checkpoint(front->model.get(), model);
        };
        std::erase_if(fronts_, is_other);
        if (chosen_ && is_other(chosen_->front)) chosen_.reset();
        changed();
    });
    connect(&opening_, &Job::finished, this, [this](const Job::Value& value) {
        take_front(std::static_pointer_cast<const OpenedFront>(value));
    });
    connect(&opening_, &Job::failed, this, [this](const JobError& error) {
        error_ = error.text;
        refresh_note();
    });
}

void TradeoffPanel::showEvent(QShowEvent* event) {
    refresh();
    QWidget::showEvent(event);
}

QCustomPlot& TradeoffPanel::plot() {
    refresh();
    return *plot_;
}

void TradeoffPanel::ask_for_front() {
    const QString file = QFileDialog::getOpenFileName(
        this, tr("Open a front"), {}, tr("Results of compress (*.json);;All files (*)"));
    if (!file.isEmpty()) open_front(file);
}

void TradeoffPanel::open_front(const QString& file) {
    const auto model = services_.session.model();
    if (model == nullptr) return;
    error_.clear();
    opening_.start([file, model](const Job::Reporter&, const std::stop_token& stop) -> Job::Value {
        return headscope::ui::open_front(file.toStdString(), model, stop);
    });
}

void TradeoffPanel::take_front(const std::shared_ptr<const OpenedFront>& front) {
    if (!same_checkpoint(front->model.get(), services_.session.model().get())) return;
    std::erase_if(fronts_, [&](const auto& other) { return other->file == front->file; });
    fronts_.push_back(front);
    if (!front->front.points.empty()) chosen_ = Chosen{front, front->front.points.size() - 1};
    refresh();
}

std::vector<TradeoffPanel::Curve> TradeoffPanel::curves_of_runs() const {
    std::map<QString, Curve> curves;
    for (int row = 0; row < services_.runs.count(); ++row) {
        const Run& run = services_.runs.at(row);
        if (run.state != RunState::finished || !run.original || !run.merged) continue;
        const Change change =
            run.change ? *run.change : change_without_intervals(*run.original, *run.merged);
        const QString name = curve_name(run);
        Curve& curve = curves.try_emplace(name, Curve{name, nullptr, {}}).first->second;
        curve.points.push_back(
            {run.id, 0, saved_of(run.summary, saved_->currentIndex()),
             scaled(change.perplexity_ratio, -1.0, 100.0),
             tr("%1\n%2\nPerplexity %3")
                 .arg(run_title(run), name, change_text(change.perplexity_ratio))});
    }
    std::vector<Curve> all;
    for (auto& [name, curve] : curves) {
        std::ranges::sort(curve.points, {}, &Point::saved);
        all.push_back(std::move(curve));
    }
    return all;
}

TradeoffPanel::Curve TradeoffPanel::curve_of(
    const std::shared_ptr<const OpenedFront>& front) const {
    const QFileInfo file(front->file);
    Curve curve{tr("Front of %1, calibration text").arg(file.absoluteDir().dirName()), front, {}};
    for (std::size_t i = 0; i < front->front.points.size(); ++i) {
        const RemovalPoint& point = front->front.points[i];
        curve.points.push_back(
            {-1, i, saved_of(front->summaries[i], saved_->currentIndex()),
             scaled(point.change.perplexity_ratio, -1.0, 100.0),
             tr("%Ln head(s) removed, refitted", nullptr, static_cast<int>(point.heads)) +
                 QLatin1Char('\n') +
                 tr("Perplexity of held-out calibration text %1")
                     .arg(change_text(point.change.perplexity_ratio))});
    }
    return curve;
}

void TradeoffPanel::refresh() {
    curves_ = curves_of_runs();
    for (const auto& front : fronts_)
        curves_.push_back(curve_of(front));
    refresh_note();
    draw();
}

void TradeoffPanel::refresh_note() {
    open_->setEnabled(services_.session.model() != nullptr);
    use_->setEnabled(chosen_.has_value());
    if (!error_.isEmpty()) {
        note_->setText(error_);
    } else if (chosen_) {
        const RemovalPoint& point = chosen_->front->front.points[chosen_->at];
        note_->setText(
            tr("Chosen: %1; perplexity of held-out calibration text %2.")
                .arg(tr("%Ln head(s) removed, refitted", nullptr, static_cast<int>(point.heads)),
                     change_text(point.change.perplexity_ratio)));
    } else if (curves_.empty()) {
        note_->setText(
            tr("Finished runs appear here. A sweep draws a curve for its measure; "
               "headscope compress finds a front."));
    } else {
        note_->setText(
            tr("Bars are 95\u00a0% intervals. Lower and further right is better. Click "
               "a point to see its run."));
    }
}

void TradeoffPanel::draw() {
    plot_->clearPlottables();
    style_plot(*plot_);
    const PlotColors colors = plot_colors(plot_->palette());
    plot_->legend->setBorderPen(Qt::NoPen);
    FigureRange across;
    FigureRange up;
    across.include(0.0);
    up.include(0.0);
    for (std::size_t i = 0; i < curves_.size(); ++i) {
        const Curve& curve = curves_[i];
        std::vector<FigurePoint> points;
        for (const Point& point : curve.points) {
            points.push_back({point.saved, point.change});
            across.include(point.saved);
            up.include(point.change);
        }
        const QColor color = series_color(static_cast<int>(i), plot_->palette());
        const bool front = curve.front != nullptr;
        add_figure_curve(plot_->xAxis, plot_->yAxis, points,
                         {curve.name, color, front ? Qt::DashLine : Qt::SolidLine,
                          front ? open_marks(color, colors.background) : filled_marks(color)});
        if (!front || !chosen_ || chosen_->front != curve.front) continue;
        auto* mark = plot_->addGraph();
        mark->removeFromLegend();
        mark->setLineStyle(QCPGraph::lsNone);
        mark->setScatterStyle(
            {QCPScatterStyle::ssCircle, QPen(colors.threshold, 2.0), QBrush(Qt::NoBrush), 16.0});
        const Point& chosen = curve.points[chosen_->at];
        mark->addData(chosen.saved, chosen.change.value);
    }
    plot_->xAxis->setLabel(saved_->currentText());
    plot_->yAxis->setLabel(tr("Change of perplexity, %"));
    plot_->xAxis->setRange(across.widened(1.0));
    plot_->yAxis->setRange(up.widened(0.1));
    plot_->setVisible(!curves_.empty());
    plot_->replot(QCustomPlot::rpQueuedReplot);
}

std::optional<std::pair<const TradeoffPanel::Curve*, const TradeoffPanel::Point*>>
TradeoffPanel::point_at(QPointF place) const {
    double nearest = 10.0;  // pixels
    std::optional<std::pair<const Curve*, const Point*>> found;
    for (const Curve& curve : curves_) {
        for (const Point& point : curve.points) {
            const QPointF at(plot_->xAxis->coordToPixel(point.saved),
                             plot_->yAxis->coordToPixel(point.change.value));
            const double distance = QLineF(at, place).length();
            if (distance > nearest) continue;
            nearest = distance;
            found.emplace(&curve, &point);
        }
    }
    return found;
}

void TradeoffPanel::choose(const Curve& curve, const Point& point) {
    error_.clear();
    if (curve.front == nullptr) {
        chosen_.reset();
        if (services_.show_run) services_.show_run(point.run_id);
    } else {
        chosen_ = Chosen{curve.front, point.at};
    }
    refresh_note();
    draw();
}

void TradeoffPanel::use_plan() {
    if (!chosen_) return;
    const RemovalFront& front = chosen_->front->front;
    services_.session.choose(
        with_plan(services_.session.choices(), plan_of(front, front.points[chosen_->at])),
        tr("Use the plan of a front"));
}

bool TradeoffPanel::eventFilter(QObject* watched, QEvent* event) {
    if (watched != plot_) return QWidget::eventFilter(watched, event);
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const auto found = point_at(help->pos());
        if (found) QToolTip::showText(help->globalPos(), found->second->text, plot_);
        return found.has_value();
    }
    if (event->type() == QEvent::MouseButtonPress) {
        const auto* mouse = static_cast<QMouseEvent*>(event);
        const auto found = point_at(mouse->position());
        if (found && mouse->button() == Qt::LeftButton) {
            const Curve curve = *found->first;  // they are drawn again
            choose(curve, Point(*found->second));
            return true;
        }
    }
    if (event->type() == QEvent::MouseMove) {
        const auto* mouse = static_cast<QMouseEvent*>(event);
        plot_->setCursor(point_at(mouse->position()) ? Qt::PointingHandCursor : Qt::ArrowCursor);
    }
    if (event->type() == QEvent::MouseButtonDblClick) draw();
    return QWidget::eventFilter(watched, event);
}

QString TradeoffPanel::copy_text() const {
    QString text =
        QStringLiteral("curve\t%1\tperplexity_change_percent\tlow\thigh\n")
            .arg(std::array{QLatin1String("changed_heads"), QLatin1String("removable_heads"),
                            QLatin1String("removable_parameters")}
                     .at(static_cast<std::size_t>(saved_->currentIndex())));
    const auto number = [](double value) {
        return std::isfinite(value) ? QString::number(value, 'g', 8) : QString();
    };
    for (const Curve& curve : curves_) {
        for (const Point& point : curve.points) {
            text += QStringList{curve.name, number(point.saved), number(point.change.value),
                                number(point.change.low), number(point.change.high)}
                        .join(QLatin1Char('\t')) +
                    QLatin1Char('\n');
        }
    }
    return text;
}

void TradeoffPanel::save_state(QSettings& settings) const {
    settings.setValue(kKey, saved_->currentIndex());
}

void TradeoffPanel::restore_state(const QSettings& settings) {
    saved_->setCurrentIndex(std::clamp(settings.value(kKey).toInt(), 0, saved_->count() - 1));
}

Panel make_tradeoff_panel(const PanelServices& services) {
    auto* panel = new TradeoffPanel(services);
    Panel made{QStringLiteral("tradeoff"), TradeoffPanel::tr("Trade-off"), PanelArea::centre,
               panel};
    made.plot = [panel] { return &panel->plot(); };
    made.table = [panel] { return panel->copy_text(); };
    made.save_state = [panel](QSettings& settings) { panel->save_state(settings); };
    made.restore_state = [panel](const QSettings& settings) { panel->restore_state(settings); };
    return made;
}

}  // namespace headscope::ui
