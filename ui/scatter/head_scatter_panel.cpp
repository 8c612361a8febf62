#include "ui/scatter/head_scatter_panel.h"

#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QSettings>
#include <QVBoxLayout>
#include <cmath>
#include <limits>
#include <utility>

#include <qcustomplot.h>

#include "core/search/rank_correlation.h"
#include "ui/heads/head_store.h"
#include "ui/map/head_menu.h"
#include "ui/measures/damage_store.h"
#include "ui/session/session.h"
#include "ui/style/flow_layout.h"
#include "ui/style/plot_copy.h"

namespace headscope::ui {
namespace {

constexpr std::array kKeys = {"scatter/heads_x", "scatter/heads_y", "scatter/heads_color"};

QString number(double value) {
    return std::isnan(value) ? QStringLiteral("\u2013") : QLocale().toString(value, 'g', 4);
}

double value_of(const HeadValues& values, std::size_t layer, std::size_t head) {
    return layer < values.of_layers.size() && head < values.of_layers[layer].size()
               ? values.of_layers[layer][head]
               : std::numeric_limits<double>::quiet_NaN();
}

std::optional<double> correlation_of(const std::vector<HeadDot>& dots) {
    std::vector<double> x;
    std::vector<double> y;
    for (const HeadDot& dot : dots) {
        x.push_back(dot.x);
        y.push_back(dot.y);
    }
    return rank_correlation(x, y);
}

}  // namespace

HeadScatterPanel::HeadScatterPanel(const PanelServices& services, QWidget* parent)
    : QWidget(parent),
      services_(services),
      x_(new HeadAxis(services)),
      y_(new HeadAxis(services)),
      color_(new HeadAxis(services)),
      compute_(new QPushButton(tr("Compute"))),
      note_(new QLabel),
      dots_(new HeadDots),
      readout_(new QLabel) {
    x_->setObjectName(QStringLiteral("head_scatter_x"));
    y_->setObjectName(QStringLiteral("head_scatter_y"));
    color_->setObjectName(QStringLiteral("head_scatter_color"));
    x_->set_id(QStringLiteral("layer"));
    y_->set_id(QStringLiteral("highest"));
    color_->set_id(QStringLiteral("plan"));
    lay_out();
    add_copy_action(*this, dots_->plot(), [this] { return copy_text(); });
    // The menu is the panel's own.
    dots_->plot().setContextMenuPolicy(Qt::DefaultContextMenu);
    connect_services();
    refresh();
}

void HeadScatterPanel::lay_out() {
    auto* choices = new QWidget;
    choices_ = new FlowLayout(choices);
    choices_->setContentsMargins({});
    choices_->set_shrinking(true);
    choices_->add_labelled(new QLabel(tr("X:")), x_);
    choices_->add_labelled(new QLabel(tr("Y:")), y_);
    choices_->add_labelled(new QLabel(tr("Colo&ur by:")), color_);
    choices_->addWidget(compute_);
    note_->setWordWrap(true);
    readout_->setTextFormat(Qt::PlainText);
    readout_->setWordWrap(true);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins({});
    column->addWidget(choices);
    column->addWidget(note_);
    column->addWidget(dots_, 1);
    column->addWidget(readout_);
    column->addStretch();  // where there is nothing to be drawn
}

void HeadScatterPanel::connect_services() {
    Session& session = services_.session;
    for (HeadAxis* axis : axes())
        connect(axis, &QComboBox::currentIndexChanged, this, &HeadScatterPanel::refresh);
    connect(compute_, &QPushButton::clicked, this, &HeadScatterPanel::compute);
    connect(&session, &Session::model_changed, this, &HeadScatterPanel::refresh_if_visible);
    connect(&session, &Session::plan_changed, this, &HeadScatterPanel::refresh_if_visible);
    connect(&session, &Session::selection_changed, this,
            [this] { dots_->set_selected(services_.session.selected()); });
    connect(&services_.heads, &HeadStore::changed, this, &HeadScatterPanel::refresh_if_visible);
    connect(&services_.damage, &DamageStore::changed, this, &HeadScatterPanel::refresh_if_visible);
    connect(dots_, &HeadDots::current_changed, this, &HeadScatterPanel::refresh_readout);
    connect(dots_, &HeadDots::selection_chosen, this, &HeadScatterPanel::select);
    connect(dots_, &HeadDots::menu_requested, this, &HeadScatterPanel::show_menu);
}

QCustomPlot& HeadScatterPanel::plot() {
    refresh();
    return dots_->plot();
}

void HeadScatterPanel::showEvent(QShowEvent* event) {
    refresh();
    QWidget::showEvent(event);
}

void HeadScatterPanel::refresh_if_visible() {
    if (isVisible()) refresh();
}

void HeadScatterPanel::compute() {
    for (const HeadAxis* axis : axes()) {
        if (axis->values(services_).computable) axis->want(services_);
    }
}

void HeadScatterPanel::select(const std::set<HeadRef>& heads, std::optional<HeadRef> last) {
    services_.session.select(heads, last.value_or(HeadRef{services_.session.focused_layer(), 0}));
}

HeadScatterPanel::Values HeadScatterPanel::values() const {
    return {x_->values(services_), y_->values(services_), color_->values(services_)};
}

void HeadScatterPanel::refresh() {
    for (HeadAxis* axis : axes())
        axis->refresh_titles(services_);
    const Session& session = services_.session;
    std::vector<HeadDot> dots;
    missing_.clear();
    without_value_ = 0;
    bool computable = false;
    if (session.model() != nullptr) {
        const Values found = values();
        for (const HeadValues& axis : found) {
            computable = computable || axis.computable;
            if (missing_.isEmpty()) missing_ = axis.missing;
        }
        const auto& [x, y, color] = found;
        const bool placed = x.missing.isEmpty() && y.missing.isEmpty();
        for (std::size_t layer = 0; placed && layer < session.model()->matrices.size(); ++layer) {
            const auto heads = static_cast<std::size_t>(session.model()->matrices[layer].heads);
            for (std::size_t head = 0; head < heads; ++head) {
                const HeadDot dot{{static_cast<int>(layer), static_cast<int>(head)},
                                  value_of(x, layer, head),
                                  value_of(y, layer, head),
                                  value_of(color, layer, head)};
                if (std::isnan(dot.x) || std::isnan(dot.y)) {
                    ++without_value_;
                } else {
                    dots.push_back(dot);
                }
            }
        }
    }
    compute_->setVisible(computable);
    dots_->show_dots(std::move(dots),
                     {x_->title(services_), y_->title(services_), color_->title(services_)});
    dots_->set_selected(session.selected());
    for (QWidget* widget : {static_cast<QWidget*>(dots_), static_cast<QWidget*>(readout_)})
        widget->setVisible(!dots_->dots().empty());
    note_->setText(note());
    refresh_readout();
}

QString HeadScatterPanel::note() const {
    if (services_.session.model() == nullptr) return tr("No model is open.");
    const std::vector<HeadDot>& dots = dots_->dots();
    if (dots.empty()) return missing_.isEmpty() ? tr("No head has both values.") : missing_;
    QStringList parts = {tr("%n head(s)", nullptr, static_cast<int>(dots.size()))};
    if (without_value_ > 0)
        parts << tr("%n without a value", nullptr, static_cast<int>(without_value_));
    if (const auto correlation = correlation_of(dots)) {
        parts << tr("rank correlation (Spearman) %1").arg(QLocale().toString(*correlation, 'f', 3));
    }
    const QString text = parts.join(QStringLiteral("; "));
    return missing_.isEmpty() ? text : tr("%1. Colours: %2").arg(text, missing_);
}

void HeadScatterPanel::refresh_readout() {
    QString text =
        tr("Point at a head, or use the arrow keys. Click, or drag a rectangle, to select; Ctrl or "
           "Shift adds. Wheel zooms, double click shows all.");
    if (const auto dot = dots_->current()) {
        const auto part = [&](const HeadAxis& axis, double value) {
            return QStringLiteral("%1 %2").arg(axis.title(services_), number(value));
        };
        text = tr("Layer %1, head %2: %3")
                   .arg(dot->head.layer)
                   .arg(dot->head.head)
                   .arg(QStringList{part(*x_, dot->x), part(*y_, dot->y), part(*color_, dot->color)}
                            .join(QStringLiteral("; ")));
    }
    readout_->setText(text);
    dots_->plot().setAccessibleDescription(text);
}

void HeadScatterPanel::show_menu(QPoint global) {
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    if (services_.session.model() != nullptr && !services_.session.selected().empty()) {
        add_head_actions(*menu, services_.session);
        menu->addSeparator();
    }
    menu->addActions(dots_->plot().actions());
    menu->popup(global);
}

QString HeadScatterPanel::copy_text() const {
    if (services_.session.model() == nullptr) return {};
    QString text =
        QStringLiteral("layer\thead\t%1\t%2\t%3\n").arg(x_->id(), y_->id(), color_->id());
    const auto cell = [](double value) {
        return std::isnan(value) ? QString() : QString::number(value, 'g', 6);
    };
    const Values found = values();
    const auto& matrices = services_.session.model()->matrices;
    for (std::size_t layer = 0; layer < matrices.size(); ++layer) {
        for (std::size_t head = 0; head < static_cast<std::size_t>(matrices[layer].heads); ++head) {
            text += QStringLiteral("%1\t%2").arg(layer).arg(head);
            for (const HeadValues& axis : found)
                text += QLatin1Char('\t') + cell(value_of(axis, layer, head));
            text += QLatin1Char('\n');
        }
    }
    return text;
}

void HeadScatterPanel::save_state(QSettings& settings) const {
    for (std::size_t i = 0; i < kKeys.size(); ++i)
        settings.setValue(QLatin1String(kKeys[i]), axes()[i]->id());
}

void HeadScatterPanel::restore_state(const QSettings& settings) {
    for (std::size_t i = 0; i < kKeys.size(); ++i)
        axes()[i]->set_id(settings.value(QLatin1String(kKeys[i])).toString());
}

}  // namespace headscope::ui
