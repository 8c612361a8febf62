#include "ui/plan/rule_choices.h"

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

QComboBox* make_combo(QWidget* parent, std::size_t choices) {
    auto* combo = new QComboBox(parent);
    combo->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    combo->setMinimumContentsLength(12);
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
      measure_(new MeasureChoice(session, this)) {
    grouping_->setObjectName(QStringLiteral("grouping"));
    kv_policy_->setObjectName(QStringLiteral("kv_policy"));
    form_->setContentsMargins(0, 0, 0, 0);
    form_->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    form_->addRow(QStringLiteral(" "), grouping_);
    form_->addRow(QStringLiteral(" "), kv_policy_);
    form_->addRow(QStringLiteral(" "), measure_);
    set_texts();
    connect(&session, &Session::plan_changed, this, &RuleChoices::follow_choices);
    connect(grouping_, &QComboBox::currentIndexChanged, this, &RuleChoices::choose_grouping);
    connect(kv_policy_, &QComboBox::currentIndexChanged, this, &RuleChoices::choose_kv_policy);
}

void RuleChoices::set_texts() {
    name_choices(grouping_, kGroupings);
    name_choices(kv_policy_, kKvPolicies);
    label_row(form_, grouping_, tr("&Grouping:"), tr("How pairs become groups"));
    label_row(form_, kv_policy_, tr("&Keys and values:"),
              tr("What happens to the keys and values behind merged heads"));
    label_row(form_, measure_, tr("&Measure:"), tr("What two heads are compared by"));
    qobject_cast<QLabel*>(form_->labelForField(measure_))->setBuddy(&measure_->combo());
    follow_choices();
}

void RuleChoices::follow_choices() {
    show_choice(grouping_, kGroupings, session_.choices().grouping);
    show_choice(kv_policy_, kKvPolicies, session_.choices().kv_policy);
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

}  // namespace headscope::ui
