#include "ui/plan/rule_choices.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSpinBox>
#include <algorithm>
#include <array>
#include <initializer_list>

#include "ui/plan/rule_texts.h"

namespace headscope::ui {
namespace {

constexpr std::array kGroupings = {Grouping::components, Grouping::complete, Grouping::matching,
                                   Grouping::sequential};
constexpr std::array kKvPolicies = {KvPolicy::average, KvPolicy::keep, KvPolicy::within};
constexpr std::array kAlignments = {Alignment::none, Alignment::weights, Alignment::activations};
constexpr std::array kRepresentatives = {Representative::mean, Representative::stronger};
constexpr std::array kRefits = {Refit::none, Refit::output, Refit::output_and_mlp};
constexpr std::array kTargets = {RefitTarget::automatic, RefitTarget::layer, RefitTarget::residual};
constexpr std::array kRefitLayers = {RefitLayers::changed, RefitLayers::all};
constexpr std::array kWeights = {MeanWeights::plain, MeanWeights::norm, MeanWeights::usage};

QComboBox* make_combo(QWidget* parent, std::size_t choices) {
    auto* combo = new QComboBox(parent);
    combo->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    combo->setMinimumContentsLength(14);
    combo->setMaximumWidth(26 * combo->fontMetrics().height());
    combo->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    for (std::size_t i = 0; i < choices; ++i) {
        combo->addItem(QString());
    }
    return combo;
}

template <typename Values>
void name_choices(QComboBox* combo, const Values& values) {
    for (std::size_t i = 0; i < values.size(); ++i) {
        const Choice choice = describe(values[i]);
        combo->setItemText(static_cast<int>(i), choice.name);
        combo->setItemData(static_cast<int>(i), choice.explanation, Qt::ToolTipRole);
    }
}

template <typename Values, typename Value>
void show_choice(QComboBox* combo, const Values& values, Value value) {
    const QSignalBlocker quiet(combo);
    const auto at = std::find(values.begin(), values.end(), value) - values.begin();
    combo->setCurrentIndex(static_cast<int>(at));
    combo->setToolTip(combo->currentData(Qt::ToolTipRole).toString());
}

/// The label of a form's row, with the combo as its buddy.
void label_row(QFormLayout* form, QWidget* combo, const QString& text, const QString& tool_tip) {
    auto* label = qobject_cast<QLabel*>(form->labelForField(combo));
    label->setText(text);
    label->setToolTip(tool_tip);
}

}  // namespace

RuleChoices::RuleChoices(Session& session, QWidget* parent)
    : QWidget(parent),
      session_(session),
      form_(new QFormLayout(this)),
      grouping_(make_combo(this, kGroupings.size())),
      kv_policy_(make_combo(this, kKvPolicies.size())),
      align_(make_combo(this, kAlignments.size())),
      weights_(make_combo(this, kWeights.size())),
      rescale_(new QCheckBox(this)),
      representative_(make_combo(this, kRepresentatives.size())),
      refit_(make_combo(this, kRefits.size())),
      target_(make_combo(this, kTargets.size())),
      refit_layers_(make_combo(this, kRefitLayers.size())),
      distillation_(new QSpinBox(this)),
      by_hand_(new QWidget(this)),
      heads_(new QLabel(by_hand_)),
      forget_(new QPushButton(by_hand_)) {
    grouping_->setObjectName(QStringLiteral("grouping"));
    kv_policy_->setObjectName(QStringLiteral("kv_policy"));
    align_->setObjectName(QStringLiteral("align"));
    weights_->setObjectName(QStringLiteral("weights"));
    rescale_->setObjectName(QStringLiteral("rescale"));
    form_->setContentsMargins(0, 0, 0, 0);
    form_->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    form_->setRowWrapPolicy(QFormLayout::WrapLongRows);  // where labels are long, a dock is narrow
    form_->addRow(QStringLiteral(" "), grouping_);
    form_->addRow(QStringLiteral(" "), kv_policy_);
    form_->addRow(QStringLiteral(" "), align_);
    form_->addRow(QStringLiteral(" "), weights_);
    representative_->setObjectName(QStringLiteral("representative"));
    refit_->setObjectName(QStringLiteral("refit"));
    target_->setObjectName(QStringLiteral("refit_target"));
    refit_layers_->setObjectName(QStringLiteral("refit_layers"));
    heads_->setObjectName(QStringLiteral("heads_by_hand"));
    forget_->setObjectName(QStringLiteral("forget_heads"));
    form_->addRow(QString(), rescale_);
    form_->addRow(QStringLiteral(" "), representative_);
    form_->addRow(QStringLiteral(" "), refit_);
    form_->addRow(QStringLiteral(" "), target_);
    form_->addRow(QStringLiteral(" "), refit_layers_);
    distillation_->setObjectName(QStringLiteral("distillation"));
    distillation_->setRange(0, 100'000);
    distillation_->setSingleStep(50);
    distillation_->setKeyboardTracking(false);
    form_->addRow(QStringLiteral(" "), distillation_);
    heads_->setWordWrap(true);
    auto* row = new QHBoxLayout(by_hand_);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(heads_, 1);
    row->addWidget(forget_);
    form_->addRow(QStringLiteral(" "), by_hand_);
    set_texts();
    connect(&session, &Session::plan_changed, this, &RuleChoices::follow_choices);
    connect(grouping_, &QComboBox::currentIndexChanged, this, &RuleChoices::choose_grouping);
    connect(kv_policy_, &QComboBox::currentIndexChanged, this, &RuleChoices::choose_kv_policy);
    connect(align_, &QComboBox::currentIndexChanged, this, &RuleChoices::choose_alignment);
    connect(weights_, &QComboBox::currentIndexChanged, this, &RuleChoices::choose_weights);
    connect(rescale_, &QCheckBox::toggled, this, &RuleChoices::choose_rescale);
    connect(representative_, &QComboBox::currentIndexChanged, this,
            &RuleChoices::choose_representative);
    connect(refit_, &QComboBox::currentIndexChanged, this, &RuleChoices::choose_refit);
    connect(target_, &QComboBox::currentIndexChanged, this, &RuleChoices::choose_target);
    connect(refit_layers_, &QComboBox::currentIndexChanged, this,
            &RuleChoices::choose_refit_layers);
    connect(distillation_, &QSpinBox::valueChanged, this, &RuleChoices::choose_distillation);
    connect(forget_, &QPushButton::clicked, this, [this] {
        session_.choose(without_named_heads(session_.choices()), tr("Forget heads chosen by hand"));
    });
}

void RuleChoices::set_texts() {
    name_choices(grouping_, kGroupings);
    name_choices(kv_policy_, kKvPolicies);
    name_choices(align_, kAlignments);
    name_choices(weights_, kWeights);
    name_choices(representative_, kRepresentatives);
    name_choices(refit_, kRefits);
    name_choices(target_, kTargets);
    name_choices(refit_layers_, kRefitLayers);
    forget_->setText(tr("Forget"));
    forget_->setToolTip(tr("Leaves only what the threshold selects."));
    rescale_->setText(tr("Restore &norms"));
    rescale_->setToolTip(
        tr("Scales each mean to the mean norm of the weights that it replaces. The less these "
           "agree, the more their mean shrinks."));
    label_row(form_, grouping_, tr("&Grouping:"), tr("How pairs become groups"));
    label_row(form_, kv_policy_, tr("Ke&ys and values:"),
              tr("What happens to the keys and values behind merged heads"));
    label_row(form_, align_, tr("&Alignment:"),
              tr("Whether heads are turned into one basis before they are averaged"));
    label_row(form_, weights_, tr("Mean &weights:"), tr("How much each head counts in a mean"));
    label_row(form_, representative_, tr("Merged &query:"), tr("The query of merged heads"));
    label_row(form_, refit_, tr("Refit:"), tr("What is fitted again after merging and removing"));
    label_row(form_, target_, tr("Refit target:"), tr("What a refitted layer is to write"));
    label_row(form_, refit_layers_, tr("Refitted layers:"), tr("Which layers are refitted"));
    label_row(form_, distillation_, tr("Training steps:"),
              tr("Trains the fitted weights further, to predict what the original predicts on the "
                 "calibration text. Takes about five times as long as an evaluation of the same "
                 "text; ends early where held-out text gains nothing."));
    distillation_->setToolTip(form_->labelForField(distillation_)->toolTip());
    distillation_->setSpecialValueText(tr("None"));
    label_row(form_, by_hand_, tr("By hand:"),
              tr("Heads chosen one by one, in the context menu of the map"));
    follow_choices();
}

void RuleChoices::follow_choices() {
    show_choice(grouping_, kGroupings, session_.choices().grouping);
    show_choice(kv_policy_, kKvPolicies, session_.choices().kv_policy);
    show_choice(align_, kAlignments, session_.choices().align);
    show_choice(weights_, kWeights, session_.choices().weights);
    show_choice(representative_, kRepresentatives, session_.choices().representative);
    show_choice(refit_, kRefits, session_.choices().refit.refit);
    show_choice(target_, kTargets, session_.choices().refit.target);
    show_choice(refit_layers_, kRefitLayers, session_.choices().refit.layers);
    const QSignalBlocker still(distillation_);
    distillation_->setValue(session_.choices().refit.distill);
    for (QWidget* of_refit : std::initializer_list<QWidget*>{target_, refit_layers_, distillation_})
        of_refit->setEnabled(session_.choices().refit.refit != Refit::none);
    follow_heads();
    const QSignalBlocker quiet(rescale_);
    rescale_->setChecked(session_.choices().rescale);
}

void RuleChoices::follow_heads() {
    const Choices& choices = session_.choices();
    int merged = 0;
    for (const auto& [layer, groups] : choices.merged_groups) {
        for (const HeadGroup& group : groups)
            merged += static_cast<int>(group.size());
    }
    const auto removed = static_cast<int>(choices.removed_heads.size());
    const auto excluded = static_cast<int>(choices.excluded_heads.size());
    QStringList parts;
    if (removed > 0) parts << tr("%Ln head(s) removed", nullptr, removed);
    if (merged > 0) parts << tr("%Ln merged", nullptr, merged);
    if (excluded > 0) parts << tr("%Ln excluded", nullptr, excluded);
    heads_->setText(parts.isEmpty() ? tr("No heads") : parts.join(QStringLiteral(", ")));
    forget_->setVisible(!parts.isEmpty());
}

void RuleChoices::choose_grouping(int index) {
    Choices choices = session_.choices();
    choices.grouping = kGroupings.at(static_cast<std::size_t>(index));
    session_.choose(choices, tr("Change grouping"));
}

void RuleChoices::choose_kv_policy(int index) {
    Choices choices = session_.choices();
    choices.kv_policy = kKvPolicies.at(static_cast<std::size_t>(index));
    session_.choose(choices, tr("Change keys and values"));
}

void RuleChoices::choose_alignment(int index) {
    Choices choices = session_.choices();
    choices.align = kAlignments.at(static_cast<std::size_t>(index));
    session_.choose(choices, tr("Change alignment"));
}

void RuleChoices::choose_weights(int index) {
    Choices choices = session_.choices();
    choices.weights = kWeights.at(static_cast<std::size_t>(index));
    session_.choose(choices, tr("Change mean weights"));
}

void RuleChoices::choose_representative(int index) {
    Choices choices = session_.choices();
    choices.representative = kRepresentatives.at(static_cast<std::size_t>(index));
    session_.choose(choices, tr("Change merged query"));
}

void RuleChoices::choose_refit(int index) {
    Choices choices = session_.choices();
    choices.refit.refit = kRefits.at(static_cast<std::size_t>(index));
    if (choices.refit.refit == Refit::none) choices.refit.distill = 0;  // nothing to train
    // More text fits better; one that a measure or a mean reads as well stays as it was chosen.
    const bool free = kind_of(choices.measure) != MeasureKind::behaviour &&
                      !choices.rule_at(0.0).needs_calibration();
    if (choices.refit.refit != Refit::none && free && choices.calibration == CalibrationOptions()) {
        choices.calibration.windows = 0;
    }
    session_.choose(choices, tr("Change refit"));
}

void RuleChoices::choose_target(int index) {
    Choices choices = session_.choices();
    choices.refit.target = kTargets.at(static_cast<std::size_t>(index));
    session_.choose(choices, tr("Change refit target"));
}

void RuleChoices::choose_refit_layers(int index) {
    Choices choices = session_.choices();
    choices.refit.layers = kRefitLayers.at(static_cast<std::size_t>(index));
    session_.choose(choices, tr("Change refitted layers"));
}

void RuleChoices::choose_distillation(int steps) {
    Choices choices = session_.choices();
    choices.refit.distill = steps;
    session_.choose(choices, tr("Change training steps"));
}

void RuleChoices::choose_rescale(bool rescale) {
    Choices choices = session_.choices();
    choices.rescale = rescale;
    session_.choose(choices, tr("Change norms"));
}

}  // namespace headscope::ui
