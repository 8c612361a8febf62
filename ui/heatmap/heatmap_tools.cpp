#include "ui/heatmap/heatmap_tools.h"

#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>

#include "ui/style/flow_layout.h"

namespace headscope::ui {
namespace {

/// The entries of a box stand in the order of their enumeration.
template <typename Enum>
Enum chosen(const QComboBox& box) {
    return static_cast<Enum>(box.currentIndex());
}

void set_entries(QComboBox& box, const QStringList& texts) {
    for (int i = 0; i < texts.size(); ++i)
        box.setItemText(i, texts[i]);
}

}  // namespace

HeatmapTools::HeatmapTools(QWidget* parent) : QWidget(parent), layout_(new FlowLayout(this)) {
    layout_->setContentsMargins({});
    order_ = add_choice(2);
    separators_ = new QCheckBox(this);
    separators_->setChecked(true);
    connect(separators_, &QCheckBox::toggled, this, &HeatmapTools::options_changed);
    layout_->addWidget(separators_);
    colors_ = add_choice(3);
    range_ = add_choice(4);
    reset_ = new QPushButton(this);
    reset_->hide();
    connect(reset_, &QPushButton::clicked, this, &HeatmapTools::reset_zoom_clicked);
    layout_->addWidget(reset_);
    connect(order_.box, &QComboBox::currentIndexChanged, this, &HeatmapTools::update_separators);
    set_texts();
    update_separators();
}

HeatmapOptions HeatmapTools::options() const {
    return {chosen<HeatmapOrder>(*order_.box), chosen<ColorScheme>(*colors_.box),
            chosen<HeatmapRange>(*range_.box), separators_->isChecked()};
}

void HeatmapTools::set_options(const HeatmapOptions& wanted) {
    if (wanted == options()) return;
    {
        const QSignalBlocker blocker(this);
        order_.box->setCurrentIndex(static_cast<int>(wanted.order));
        colors_.box->setCurrentIndex(static_cast<int>(wanted.colors));
        range_.box->setCurrentIndex(static_cast<int>(wanted.range));
        separators_->setChecked(wanted.separators);
    }
    Q_EMIT options_changed();
}

void HeatmapTools::set_zoomed(bool zoomed) {
    reset_->setVisible(zoomed);
}

void HeatmapTools::set_heads_per_kv_head(int heads) {
    heads_per_kv_head_ = heads;
    update_separators();
}

HeatmapTools::Choice HeatmapTools::add_choice(int entries) {
    const Choice choice{new QLabel(this), new QComboBox(this)};
    for (int i = 0; i < entries; ++i)
        choice.box->addItem({});
    choice.box->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    layout_->add_labelled(choice.label, choice.box);
    connect(choice.box, &QComboBox::currentIndexChanged, this, &HeatmapTools::options_changed);
    return choice;
}

void HeatmapTools::set_texts() {
    order_.label->setText(tr("&Order:"));
    set_entries(*order_.box, {tr("By index"), tr("By cluster")});
    order_.box->setToolTip(
        tr("The order of the heads. By cluster, heads that are alike stand side by side "
           "(average linkage)."));
    colors_.label->setText(tr("&Colours:"));
    set_entries(*colors_.box, {tr("Automatic"), tr("Sequential"), tr("Diverging")});
    colors_.box->setToolTip(
        tr("Sequential: from dark to light. Diverging: two colours that meet in white at 0. "
           "Automatic: diverging where a similarity is negative. Both suit colour-blind eyes."));
    range_.label->setText(tr("Range:"));
    set_entries(*range_.box, {tr("Of the model"), tr("Of the layer"),
                              tr("\u2212"
                                 "1 to 1"),
                              tr("0 to 1")});
    range_.box->setToolTip(
        tr("The similarities at both ends of the colours. Of the model: the lowest and the highest "
           "of all layers, so that layers compare."));
    separators_->setText(tr("&KV groups"));
    reset_->setText(tr("Reset &zoom"));
    reset_->setToolTip(tr("Show all heads again. A double click on the heatmap does the same."));
    update_separators();
}

void HeatmapTools::update_separators() {
    const bool by_index = options().order == HeatmapOrder::index;
    separators_->setEnabled(by_index && heads_per_kv_head_ > 1);
    if (heads_per_kv_head_ <= 1) {
        separators_->setToolTip(tr("Each head of this layer has a KV head of its own."));
    } else if (!by_index) {
        separators_->setToolTip(tr("Only heads in the order of their index stand by KV group."));
    } else {
        separators_->setToolTip(
            tr("Draw lines between KV groups: the heads that one KV head serves."));
    }
}

}  // namespace headscope::ui
