#include "ui/plan/rule_choices.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFormLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <algorithm>
#include <array>

#include "ui/plan/measure_choice.h"

namespace headscope::ui {
namespace {

constexpr std::array kGroupings = {Grouping::components, Grouping::complete, Grouping::matching,
                                   Grouping::sequential};
constexpr std::array kKvPolicies = {KvPolicy::average, KvPolicy::keep, KvPolicy::within};
constexpr std::array kAlignments = {Alignment::none, Alignment::weights, Alignment::activations};
constexpr std::array kWeights = {MeanWeights::plain, MeanWeights::norm, MeanWeights::usage};

/// A choice on screen.
struct Choice {
    QString name;
    QString explanation;
};

Choice describe(Grouping grouping) {
    switch (grouping) {
        case Grouping::components:
            return {RuleChoices::tr("Components"),
                    RuleChoices::tr("Heads that pairs connect, directly or through others, become "
                                    "one group and end identical.")};
        case Grouping::complete:
            return {RuleChoices::tr("Complete linkage"),
                    RuleChoices::tr("Every two heads of a group are a pair, so no group holds "
                                    "heads that are unlike each other.")};
        case Grouping::matching:
            return {RuleChoices::tr("Matching"),
                    RuleChoices::tr("Groups of two: the closest pairs first, and each head at "
                                    "most once.")};
        case Grouping::sequential:
            break;
    }
    return {RuleChoices::tr("Sequential"),
            RuleChoices::tr("Averages one pair after the other, the closest first, as the original "
                            "script did. Heads of overlapping pairs need not end identical.")};
}

Choice describe(KvPolicy policy) {
    switch (policy) {
        case KvPolicy::average:
            return {RuleChoices::tr("Average"),
                    RuleChoices::tr("The key/value heads that serve a group are averaged too. "
                                    "Other heads that share them change as a side effect.")};
        case KvPolicy::keep:
            return {RuleChoices::tr("Keep"), RuleChoices::tr("Keys and values stay as they are; "
                                                             "only queries and outputs are "
                                                             "averaged.")};
        case KvPolicy::within:
            break;
    }
    return {RuleChoices::tr("Within a KV head"),
            RuleChoices::tr("Only heads that share a key/value head are merged; keys and values "
                            "stay as they are.")};
}

Choice describe(Alignment alignment) {
    if (alignment == Alignment::weights) {
        return {RuleChoices::tr("By weights"),
                RuleChoices::tr("Turns heads into one basis before they are averaged, so that "
                                "their weights agree best. By itself this changes nothing the "
                                "model computes. Heads that share a key/value head already have "
                                "one basis.")};
    }
    if (alignment == Alignment::activations) {
        return {RuleChoices::tr("By activations"),
                RuleChoices::tr("Turns heads into one basis before they are averaged, so that "
                                "what they attend to over the calibration text agrees best. The "
                                "model runs once.")};
    }
    return {RuleChoices::tr("None"), RuleChoices::tr("Averages heads in the bases they have.")};
}

Choice describe(MeanWeights weights) {
    if (weights == MeanWeights::norm) {
        return {RuleChoices::tr("By output norm"),
                RuleChoices::tr("A head counts in the mean by the norm of its output and value "
                                "weights multiplied together.")};
    }
    if (weights == MeanWeights::usage) {
        return {RuleChoices::tr("By usage"),
                RuleChoices::tr("A head counts in the mean by how much it adds to the residual "
                                "stream over the calibration text. The model runs once.")};
    }
    return {RuleChoices::tr("All alike"), RuleChoices::tr("The plain mean.")};
}

QComboBox* make_combo(QWidget* parent, std::size_t choices) {
    auto* combo = new QComboBox(parent);
    combo->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    combo->setMinimumContentsLength(9);
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
      measure_(new MeasureChoice(session, this)) {
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
    form_->addRow(QString(), rescale_);
    form_->addRow(QStringLiteral(" "), measure_);
    set_texts();
    connect(&session, &Session::plan_changed, this, &RuleChoices::follow_choices);
    connect(grouping_, &QComboBox::currentIndexChanged, this, &RuleChoices::choose_grouping);
    connect(kv_policy_, &QComboBox::currentIndexChanged, this, &RuleChoices::choose_kv_policy);
    connect(align_, &QComboBox::currentIndexChanged, this, &RuleChoices::choose_alignment);
    connect(weights_, &QComboBox::currentIndexChanged, this, &RuleChoices::choose_weights);
    connect(rescale_, &QCheckBox::toggled, this, &RuleChoices::choose_rescale);
}

void RuleChoices::set_texts() {
    name_choices(grouping_, kGroupings);
    name_choices(kv_policy_, kKvPolicies);
    name_choices(align_, kAlignments);
    name_choices(weights_, kWeights);
    rescale_->setText(tr("Restore &norms"));
    rescale_->setToolTip(
        tr("Scales each mean to the mean norm of the weights that it replaces. The less these "
           "agree, the more their mean shrinks."));
    label_row(form_, grouping_, tr("&Grouping:"), tr("How pairs become groups"));
    label_row(form_, kv_policy_, tr("&Keys and values:"),
              tr("What happens to the keys and values behind merged heads"));
    label_row(form_, align_, tr("&Alignment:"),
              tr("Whether heads are turned into one basis before they are averaged"));
    label_row(form_, weights_, tr("Mean &weights:"), tr("How much each head counts in a mean"));
    label_row(form_, measure_, tr("&Measure:"), tr("What two heads are compared by"));
    qobject_cast<QLabel*>(form_->labelForField(measure_))->setBuddy(&measure_->combo());
    follow_choices();
}

void RuleChoices::follow_choices() {
    show_choice(grouping_, kGroupings, session_.choices().grouping);
    show_choice(kv_policy_, kKvPolicies, session_.choices().kv_policy);
    show_choice(align_, kAlignments, session_.choices().align);
    show_choice(weights_, kWeights, session_.choices().weights);
    const QSignalBlocker quiet(rescale_);
    rescale_->setChecked(session_.choices().rescale);
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

void RuleChoices::choose_rescale(bool rescale) {
    Choices choices = session_.choices();
    choices.rescale = rescale;
    session_.choose(choices, tr("Change norms"));
}

}  // namespace headscope::ui
