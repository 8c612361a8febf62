#include "ui/distribution/distribution_panel.h"

#include <QLabel>
#include <QSettings>
#include <QStackedLayout>
#include <QVBoxLayout>

#include "ui/distribution/distribution_plot.h"
#include "ui/distribution/live_estimate_view.h"
#include "ui/distribution/threshold_bar.h"
#include "ui/panel/panel.h"
#include "ui/session/session.h"

namespace headscope::ui {
namespace {

QString log_counts_key() {
    return QStringLiteral("distribution/log_counts");
}

}  // namespace

DistributionPanel::DistributionPanel(Session& session, QWidget* parent)
    : QWidget(parent), session_(session) {
    empty_ = new QLabel(this);
    empty_->setAlignment(Qt::AlignCenter);
    empty_->setWordWrap(true);
    empty_->setEnabled(false);

    auto* content = new QWidget(this);
    distribution_ = new DistributionPlot(session, content);
    auto* bar = new ThresholdBar(session, content);
    connect(bar, &ThresholdBar::find_requested, this,
            &DistributionPanel::find_thresholds_requested);
    live_view_ = new LiveEstimateView(content);
    auto* column = new QVBoxLayout(content);
    column->addWidget(distribution_, 1);
    column->addWidget(bar);
    column->addWidget(live_view_);

    pages_ = new QStackedLayout(this);
    pages_->addWidget(empty_);
    pages_->addWidget(content);
    connect(&session, &Session::model_changed, this, &DistributionPanel::update_page);
    set_texts();
    update_page();
}

QCustomPlot& DistributionPanel::plot() {
    distribution_->refresh();  // also while a closed dock hides it
    return distribution_->plot();
}

QString DistributionPanel::copy_text() const {
    return distribution_->copy_text();
}

void DistributionPanel::save_state(QSettings& settings) const {
    settings.setValue(log_counts_key(), distribution_->log_counts());
}

void DistributionPanel::restore_state(const QSettings& settings) {
    distribution_->set_log_counts(settings.value(log_counts_key(), true).toBool());
}

void DistributionPanel::set_texts() {
    empty_->setText(tr("Open a model to see how similar its heads are."));
}

void DistributionPanel::update_page() {
    pages_->setCurrentIndex(session_.model() != nullptr ? 1 : 0);
}

Panel make_distribution_panel(const PanelServices& services) {
    auto* panel = new DistributionPanel(services.session);
    Panel made{QStringLiteral("distribution"), DistributionPanel::tr("Threshold"),
               PanelArea::right_top, panel};
    made.of_similarities = true;
    made.plot = [panel] { return &panel->plot(); };
    made.table = [panel] { return panel->copy_text(); };
    made.save_state = [panel](QSettings& settings) { panel->save_state(settings); };
    made.restore_state = [panel](const QSettings& settings) { panel->restore_state(settings); };
    return made;
}

}  // namespace headscope::ui
