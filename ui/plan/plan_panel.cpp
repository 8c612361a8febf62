#include "ui/plan/plan_panel.h"

#include <QAction>
#include <QClipboard>
#include <QGuiApplication>
#include <QLabel>
#include <QScrollArea>
#include <QVBoxLayout>
#include <utility>

#include "core/merging/merge_fields.h"
#include "core/report/results.h"
#include "ui/panel/panel.h"
#include "ui/plan/layer_bars.h"
#include "ui/plan/rule_choices.h"
#include "ui/plan/summary_grid.h"
#include "ui/style/text.h"

namespace headscope::ui {
namespace {

/// Heads and KV heads of the included layers.
std::pair<std::int64_t, std::int64_t> included_heads(const Session& session) {
    std::pair<std::int64_t, std::int64_t> sum;
    for (int layer = 0; layer < session.model()->layers(); ++layer) {
        if (!session.included(layer)) continue;
        const HeadCounts heads = session.model()->config().heads_of(layer);
        sum.first += heads.heads;
        sum.second += heads.kv_heads;
    }
    return sum;
}

}  // namespace

PlanPanel::PlanPanel(Session& session, QWidget* parent)
    : QWidget(parent),
      session_(session),
      rule_(new RuleChoices(session)),
      summary_(new SummaryGrid),
      bars_title_(new QLabel),
      bars_(new LayerBars(session)),
      copy_(new QAction(this)) {
    lay_out();
    addAction(copy_);
    setContextMenuPolicy(Qt::ActionsContextMenu);
    connect(copy_, &QAction::triggered, this,
            [this] { QGuiApplication::clipboard()->setText(copy_text()); });
    connect(&session, &Session::plan_changed, this, &PlanPanel::follow_plan);
    set_texts();
    follow_plan();
}

void PlanPanel::lay_out() {
    QFont bold = bars_title_->font();
    bold.setBold(true);
    bars_title_->setFont(bold);
    bars_title_->setBuddy(bars_);
    auto* contents = new QWidget;
    auto* column = new QVBoxLayout(contents);
    column->addWidget(rule_);
    column->addSpacing(fontMetrics().height() / 2);
    column->addWidget(summary_);
    column->addSpacing(fontMetrics().height() / 2);
    column->addWidget(bars_title_);
    column->addWidget(bars_, 1);
    // A low dock scrolls instead of forcing its height on the window.
    auto* scroll = new QScrollArea(this);
    scroll->setWidget(contents);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->addWidget(scroll);
}

void PlanPanel::set_texts() {
    bars_title_->setText(tr("Heads merged in each layer"));
    copy_->setText(tr("Copy summary"));
}

QSize PlanPanel::sizeHint() const {
    const int line = fontMetrics().height();
    return {22 * line, 36 * line};
}

void PlanPanel::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (dirty_) follow_plan();
}

void PlanPanel::follow_plan() {
    dirty_ = !isVisible();
    if (dirty_) return;
    copy_->setEnabled(session_.model() != nullptr);
    if (!session_.model()) {
        summary_->clear();
        return;
    }
    const auto [heads, kv_heads] = included_heads(session_);
    summary_->show_summary(session_.summary(), heads, kv_heads);
}

QString PlanPanel::copy_text() const {
    if (!session_.model()) return {};
    const auto [heads, kv_heads] = included_heads(session_);
    const PlanSummary& sum = session_.summary();
    const MergeRule rule = session_.rule();
    QString text = QStringLiteral("quantity\tvalue\n");
    const auto add = [&text](const char* name, const QString& value) {
        text += QLatin1String(name) + QLatin1Char('\t') + value + QLatin1Char('\n');
    };
    add("measure", qstring(name_of(session_.model()->measure)));
    if (const auto& of_layers = session_.thresholds().of_layers()) {
        add("layer_thresholds", QString::fromStdString(layer_thresholds_text(*of_layers)));
    } else {
        add("threshold", QString::fromStdString(headscope::threshold_text(rule.threshold)));
    }
    for (const MergeField& field : merge_fields())
        add(field.name.c_str(), QString::fromStdString(field.text(rule)));
    const std::initializer_list<std::pair<const char*, std::int64_t>> numbers = {
        {"layers", session_.included_count()},
        {"heads", heads},
        {"kv_heads", kv_heads},
        {"pairs", sum.pairs},
        {"groups", sum.groups},
        {"merged_heads", sum.merged_heads},
        {"removed_heads", sum.removed_heads},
        {"identical_heads", sum.identical_heads},
        {"kv_heads_touched", sum.kv_heads_touched},
        {"side_effect_heads", sum.side_effect_heads},
        {"removable_heads", sum.removable_heads},
        {"removable_kv_heads", sum.removable_kv_heads},
        {"removable_parameters", sum.removable_parameters},
        {"removable_bytes", sum.removable_bytes},
        {"kv_cache_bytes_per_token", sum.kv_cache_bytes_per_token}};
    for (const auto& [name, value] : numbers) {
        add(name, QString::number(value));
    }
    return text;
}

Panel make_plan_panel(const PanelServices& services) {
    auto* panel = new PlanPanel(services.session);
    Panel made{QStringLiteral("plan"), PlanPanel::tr("Merge plan"), PanelArea::right_bottom, panel};
    made.table = [panel] { return panel->copy_text(); };
    return made;
}

}  // namespace headscope::ui
