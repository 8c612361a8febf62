#include "ui/heatmap/heatmap_readout.h"

#include <QGridLayout>
#include <QLabel>
#include <algorithm>

#include "ui/style/text.h"

namespace headscope::ui {
namespace {

QLabel* add_line(QGridLayout& layout, QWidget* parent, int row) {
    auto* label = new QLabel(parent);
    label->setTextFormat(Qt::PlainText);
    // The texts follow the width, not the other way round.
    label->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    layout.addWidget(label, row, 0, 1, row == 0 ? 2 : 1);  // "Pinned" stands in the second row
    return label;
}

bool has(const HeadGroup& group, int head) {
    return std::binary_search(group.begin(), group.end(), head);
}

const HeadGroup* common_group(const LayerPlan& plan, int head, int other) {
    const auto found = std::find_if(plan.groups.begin(), plan.groups.end(), [=](const auto& group) {
        return has(group, head) && has(group, other);
    });
    return found != plan.groups.end() ? &*found : nullptr;
}

}  // namespace

PairFate fate_of(const LayerPlan& plan, int head, int other) {
    const auto [first, second] = std::minmax(head, other);
    const bool pair = std::any_of(plan.pairs.begin(), plan.pairs.end(),
                                  [first = first, second = second](const HeadPair& candidate) {
                                      return candidate.first == first && candidate.second == second;
                                  });
    const bool grouped = common_group(plan, head, other) != nullptr;
    if (grouped) return pair ? PairFate::merged : PairFate::merged_by_others;
    return pair ? PairFate::pair_only : PairFate::none;
}

HeatmapReadout::HeatmapReadout(QWidget* parent) : QWidget(parent), pinned_(new QLabel(this)) {
    auto* layout = new QGridLayout(this);
    layout->setContentsMargins({});
    layout->setVerticalSpacing(2);
    layout->setColumnStretch(0, 1);
    first_line_ = add_line(*layout, this, 0);
    second_line_ = add_line(*layout, this, 1);
    layout->addWidget(pinned_, 1, 1, Qt::AlignRight);
    QFont bold = pinned_->font();
    bold.setBold(true);
    pinned_->setFont(bold);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
}

void HeatmapReadout::show_cell(const Session& session, HeatmapCell cell) {
    const int layer = session.focused_layer();
    const auto& model = *session.model();
    const int per_kv = static_cast<int>(model.config().heads_of(layer).heads_per_kv_head());
    const QString similarity =
        similarity_text(model.matrices[static_cast<std::size_t>(layer)].at(cell.row, cell.column));
    if (cell.row == cell.column) {
        show_lines(tr("Head %1 with itself: %2").arg(cell.row).arg(similarity),
                   tr("KV head %1").arg(cell.row / per_kv), false);
        return;
    }
    const auto [first, second] = std::minmax(cell.row, cell.column);
    const int kv_first = first / per_kv;
    const int kv_second = second / per_kv;
    const QString heads = kv_first == kv_second ? tr("Heads %1 and %2: %3, both of KV head %4")
                                                      .arg(first)
                                                      .arg(second)
                                                      .arg(similarity)
                                                      .arg(kv_first)
                                                : tr("Heads %1 and %2: %3, KV heads %4 and %5")
                                                      .arg(first)
                                                      .arg(second)
                                                      .arg(similarity)
                                                      .arg(kv_first)
                                                      .arg(kv_second);
    const bool pinned = session.pinned() == HeadsOfInterest{first, second};
    if (!session.included(layer)) {
        show_lines(heads, tr("Not merged: the layer is excluded"), pinned);
        return;
    }
    const LayerPlan& plan = session.layer_plan(layer);
    QString fate;
    switch (fate_of(plan, first, second)) {
        case PairFate::merged:
            fate = tr("Merged: a pair, in one group of %n heads", nullptr,
                      static_cast<int>(common_group(plan, first, second)->size()));
            break;
        case PairFate::merged_by_others:
            fate = tr("Merged through other pairs, in one group of %n heads", nullptr,
                      static_cast<int>(common_group(plan, first, second)->size()));
            break;
        case PairFate::pair_only:
            fate = tr("Not merged: a pair, but not in one group");
            break;
        case PairFate::none:
            fate = tr("Not merged");
            break;
    }
    show_lines(heads, fate, pinned);
}

void HeatmapReadout::show_hint() {
    show_lines(tr("Point at a cell or use the arrow keys."), tr("Click or press Enter to pin it."),
               false);
}

void HeatmapReadout::clear() {
    show_lines({}, {}, false);
}

QString HeatmapReadout::text() const {
    return first_ + QLatin1Char('\n') + second_;
}

void HeatmapReadout::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    elide();
}

void HeatmapReadout::show_lines(const QString& first, const QString& second, bool pinned) {
    first_ = first;
    second_ = second;
    pinned_->setText(pinned ? tr("Pinned") : QString());
    elide();
}

void HeatmapReadout::elide() {
    const int pinned = pinned_->text().isEmpty() ? 0 : pinned_->sizeHint().width() + 8;
    const auto show = [](QLabel* label, const QString& text, int width) {
        const QString cut = label->fontMetrics().elidedText(text, Qt::ElideRight, width);
        // A label of no text would be lower.
        label->setText(cut.isEmpty() ? QStringLiteral(" ") : cut);
        label->setToolTip(cut == text ? QString() : text);
    };
    show(first_line_, first_, width());
    show(second_line_, second_, width() - pinned);
}

}  // namespace headscope::ui
