#include "ui/plan/summary_grid.h"

#include <QGridLayout>
#include <QLabel>

#include "ui/style/text.h"

namespace headscope::ui {
namespace {

QLabel* make_heading(QWidget* parent) {
    auto* label = new QLabel(parent);
    QFont font = label->font();
    font.setBold(true);
    label->setFont(font);
    return label;
}

}  // namespace

SummaryGrid::SummaryGrid(QWidget* parent)
    : QWidget(parent),
      box_(new QBoxLayout(QBoxLayout::TopToBottom, this)),
      savings_(make_heading(this)) {
    auto* plan = new QGridLayout;
    auto* savings = new QGridLayout;
    add_items(plan, pairs, side_effects);
    savings->addWidget(savings_, 0, 0, 1, 2);
    add_items(savings, removable_heads, kv_cache);
    box_->setContentsMargins(0, 0, 0, 0);
    box_->addLayout(plan, 1);
    box_->addLayout(savings, 1);
    box_->setSpacing(fontMetrics().height());
    set_texts();
    clear();
}

void SummaryGrid::add_items(QGridLayout* grid, int first, int last) {
    grid->setColumnStretch(0, 1);
    grid->setVerticalSpacing(fontMetrics().height() / 4);
    for (int item = first; item <= last; ++item) {
        const auto at = static_cast<std::size_t>(item);
        names_[at] = new QLabel(this);
        values_[at] = new QLabel(this);
        names_[at]->setWordWrap(true);
        values_[at]->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
        values_[at]->setTextInteractionFlags(Qt::TextSelectableByMouse);
        const int row = grid->rowCount();
        grid->addWidget(names_[at], row, 0);
        grid->addWidget(values_[at], row, 1);
    }
    grid->setRowStretch(grid->rowCount(), 1);
}

void SummaryGrid::describe(Item item, const QString& name, const QString& explanation) {
    names_[item]->setText(name);
    names_[item]->setToolTip(explanation);
    values_[item]->setToolTip(explanation);
    values_[item]->setAccessibleDescription(name);
}

void SummaryGrid::set_texts() {
    describe(pairs, tr("Pairs"), tr("Heads of one layer whose similarity reaches the threshold"));
    describe(groups, tr("Groups"), tr("Sets of heads that are merged with each other"));
    describe(merged_heads, tr("Heads merged"), tr("Heads that are a member of a group"));
    describe(removed_heads, tr("Heads removed"), tr("Heads that write nothing"));
    describe(identical_heads, tr("Heads that become identical"),
             tr("Heads that end with the same queries and outputs as another head"));
    describe(kv_heads_touched, tr("KV heads touched"),
             tr("Key/value heads whose keys and values change"));
    describe(side_effects, tr("Side effects"),
             tr("Heads outside every group whose keys and values change, because they share a "
                "key/value head with a merged head"));
    savings_->setText(tr("Possible savings"));
    const QString possible =
        tr("What need not be held: removed heads, and duplicates beyond "
           "the first.");
    savings_->setToolTip(possible);
    describe(removable_heads, tr("Heads"), possible);
    describe(removable_kv_heads, tr("KV heads"), possible);
    describe(parameters, tr("Parameters"), possible);
    describe(bytes, tr("Weights"), possible);
    describe(kv_cache, tr("KV cache per token"), possible);
}

void SummaryGrid::show_summary(const PlanSummary& summary, std::int64_t heads,
                               std::int64_t kv_heads) {
    const auto of = [](std::int64_t part, std::int64_t whole) {
        return tr("%1 of %2").arg(count_text(part), count_text(whole));
    };
    set(pairs, count_text(summary.pairs));
    set(groups, count_text(summary.groups));
    set(merged_heads, of(summary.merged_heads, heads));
    set(removed_heads, of(summary.removed_heads, heads));
    set(identical_heads, count_text(summary.identical_heads));
    set(kv_heads_touched, of(summary.kv_heads_touched, kv_heads));
    set(side_effects, count_text(summary.side_effect_heads));
    set(removable_heads, count_text(summary.removable_heads));
    set(removable_kv_heads, count_text(summary.removable_kv_heads));
    set(parameters, count_text(summary.removable_parameters));
    set(bytes, bytes_text(summary.removable_bytes));
    set(kv_cache, bytes_text(summary.kv_cache_bytes_per_token));
}

void SummaryGrid::clear() {
    for (int item = 0; item < item_count; ++item) {
        set(static_cast<Item>(item), QStringLiteral("\u2013"));
    }
}

void SummaryGrid::set(Item item, const QString& text) {
    if (values_[item]->text() != text) values_[item]->setText(text);
}

void SummaryGrid::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    const bool wide = width() > 36 * fontMetrics().height();
    box_->setSpacing(fontMetrics().height() * (wide ? 3 : 1));
    box_->setDirection(wide ? QBoxLayout::LeftToRight : QBoxLayout::TopToBottom);
}

}  // namespace headscope::ui
