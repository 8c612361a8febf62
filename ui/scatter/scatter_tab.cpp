#include "ui/scatter/scatter_tab.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QSettings>
#include <QStackedWidget>
#include <QVBoxLayout>

#include "ui/measures/scatter_panel.h"
#include "ui/scatter/head_scatter_panel.h"
#include "ui/style/flow_layout.h"

namespace headscope::ui {
namespace {

const QString kKey = QStringLiteral("scatter/points");
const QString kPairs = QStringLiteral("pairs");
const QString kHeads = QStringLiteral("heads");

}  // namespace

ScatterTab::ScatterTab(const PanelServices& services, QWidget* parent)
    : QWidget(parent),
      choice_(new QWidget(this)),
      points_(new QComboBox),
      pages_(new QStackedWidget),
      pairs_(new ScatterPanel(services.session, services.measures, services.damage)),
      heads_(new HeadScatterPanel(services)) {
    points_->setObjectName(QStringLiteral("scatter_points"));
    points_->addItem(tr("pairs of heads"), kPairs);
    points_->addItem(tr("single heads"), kHeads);
    pairs_->layout()->setContentsMargins({});
    pages_->addWidget(pairs_);
    pages_->addWidget(heads_);
    auto* row = new QHBoxLayout(choice_);
    row->setContentsMargins({});
    auto* label = new QLabel(tr("&Points:"));
    label->setBuddy(points_);
    row->addWidget(label);
    row->addWidget(points_);
    auto* column = new QVBoxLayout(this);
    column->addWidget(pages_, 1);
    connect(points_, &QComboBox::currentIndexChanged, this, &ScatterTab::show_page);
    show_page(0);
}

/// What the points are is the first choice of either page.
void ScatterTab::show_page(int page) {
    pages_->setCurrentIndex(page);
    (shows_heads() ? heads_->choices() : pairs_->choices()).insert_first(choice_);
}

bool ScatterTab::shows_heads() const {
    return pages_->currentWidget() == heads_;
}

QCustomPlot& ScatterTab::plot() {
    return shows_heads() ? heads_->plot() : pairs_->plot();
}

QString ScatterTab::copy_text() const {
    return shows_heads() ? heads_->copy_text() : pairs_->copy_text();
}

void ScatterTab::save_state(QSettings& settings) const {
    settings.setValue(kKey, points_->currentData());
    pairs_->save_state(settings);
    heads_->save_state(settings);
}

void ScatterTab::restore_state(const QSettings& settings) {
    const int found = points_->findData(settings.value(kKey));
    if (found >= 0) points_->setCurrentIndex(found);
    pairs_->restore_state(settings);
    heads_->restore_state(settings);
}

Panel make_scatter_panel(const PanelServices& services) {
    auto* panel = new ScatterTab(services);
    Panel made{QStringLiteral("scatter"), ScatterTab::tr("Scatter"), PanelArea::centre, panel};
    made.plot = [panel] { return &panel->plot(); };
    made.table = [panel] { return panel->copy_text(); };
    made.save_state = [panel](QSettings& settings) { panel->save_state(settings); };
    made.restore_state = [panel](const QSettings& settings) { panel->restore_state(settings); };
    return made;
}

}  // namespace headscope::ui
