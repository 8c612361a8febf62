#include "ui/plan/measure_choice.h"

#include <QComboBox>
#include <QPushButton>
#include <QSignalBlocker>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/plan/calibration_dialog.h"
#include "ui/style/text.h"

namespace headscope::ui {
namespace {

/// A choice on screen.
struct Described {
    QString name;
    QString explanation;
};

Described describe(Measure measure) {
    const QString cosine = MeasureChoice::tr("The cosine of the heads' weights, flattened.");
    switch (measure) {
        case Measure::q:
            return {MeasureChoice::tr("Query weights (q)"), cosine};
        case Measure::k:
            return {
                MeasureChoice::tr("Key weights (k)"),
                MeasureChoice::tr(
                    "The cosine of the weights of the heads' KV heads: 1 where they share one.")};
        case Measure::v:
            return {
                MeasureChoice::tr("Value weights (v)"),
                MeasureChoice::tr(
                    "The cosine of the weights of the heads' KV heads: 1 where they share one.")};
        case Measure::o:
            return {MeasureChoice::tr("Output weights (o)"), cosine};
        case Measure::qk:
            return {MeasureChoice::tr("Query and key weights (qk)"), cosine};
        case Measure::qkvo:
            return {MeasureChoice::tr("All four weights (qkvo)"), cosine};
        case Measure::qk_circuit:
            return {MeasureChoice::tr("Query-key circuit (qk-circuit)"),
                    MeasureChoice::tr(
                        "The cosine of the forms by which the heads score a query and a key. The "
                        "basis that a head uses inside does not matter.")};
        case Measure::ov_circuit:
            return {MeasureChoice::tr("Output-value circuit (ov-circuit)"),
                    MeasureChoice::tr(
                        "The cosine of the maps from what the heads read to what they write. The "
                        "basis that a head uses inside does not matter.")};
        case Measure::attention:
            return {MeasureChoice::tr("Attention (attention)"),
                    MeasureChoice::tr(
                        "How far the heads' attention agrees over a text: 1 less the mean total "
                        "variation distance. The model runs once.")};
        case Measure::output:
            return {MeasureChoice::tr("Contributions (output)"),
                    MeasureChoice::tr(
                        "The cosine of what the heads add to the residual stream over a text. The "
                        "model runs once.")};
        case Measure::redundancy:
            return {MeasureChoice::tr("Redundancy (redundancy)"),
                    MeasureChoice::tr(
                        "The share of what one head writes over a text that a refit of the other's "
                        "output weights could write instead. The model runs once.")};
        case Measure::cka:
            break;
    }
    return {
        MeasureChoice::tr("Head outputs (cka)"),
        MeasureChoice::tr(
            "Linear CKA of the heads' outputs over a text, before the output weights. The model "
            "runs once.")};
}

}  // namespace

MeasureChoice::MeasureChoice(Session& session, QWidget* parent)
    : QWidget(parent),
      session_(session),
      combo_(new QComboBox(this)),
      calibration_(new QPushButton(this)) {
    combo_->setObjectName(QStringLiteral("measure"));
    combo_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    combo_->setMinimumContentsLength(9);
    combo_->setMaximumWidth(26 * combo_->fontMetrics().height());
    combo_->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    calibration_->setObjectName(QStringLiteral("calibration"));
    calibration_->setMaximumWidth(combo_->maximumWidth());
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(combo_);
    column->addWidget(calibration_);
    for (std::size_t i = 0; i < all_measures().size(); ++i)
        combo_->addItem(QString());
    set_texts();
    connect(&session, &Session::plan_changed, this, &MeasureChoice::follow_choices);
    connect(combo_, &QComboBox::currentIndexChanged, this, &MeasureChoice::choose);
    connect(calibration_, &QPushButton::clicked, this, &MeasureChoice::edit_calibration);
}

void MeasureChoice::set_texts() {
    for (std::size_t i = 0; i < all_measures().size(); ++i) {
        const Described described = describe(all_measures()[i]);
        combo_->setItemText(static_cast<int>(i), described.name);
        combo_->setItemData(static_cast<int>(i), described.explanation, Qt::ToolTipRole);
    }
    calibration_->setToolTip(tr("The text over which the heads are watched"));
    follow_choices();
}

void MeasureChoice::follow_choices() {
    const QSignalBlocker quiet(combo_);
    const Choices& choices = session_.choices();
    const auto measures = all_measures();
    const auto at = std::find(measures.begin(), measures.end(), choices.measure);
    combo_->setCurrentIndex(static_cast<int>(at - measures.begin()));
    combo_->setToolTip(combo_->currentData(Qt::ToolTipRole).toString());
    const CalibrationOptions& calibration = choices.calibration;
    const QString text = calibration.file.empty()
                             ? tr("WikiText-2, train split")
                             : QString::fromStdString(calibration.file.filename().string());
    calibration_->setText(calibration.windows > 0
                              ? tr("%1: %2 windows...").arg(text, count_text(calibration.windows))
                              : tr("%1: all...").arg(text));
    calibration_->setVisible(kind_of(choices.measure) == MeasureKind::behaviour ||
                             choices.rule_at(0.0).needs_calibration());
}

void MeasureChoice::choose(int index) {
    Choices choices = session_.choices();
    choices.measure = all_measures()[static_cast<std::size_t>(index)];
    session_.choose(choices, tr("Change measure"));
}

void MeasureChoice::edit_calibration() {
    Choices choices = session_.choices();
    CalibrationDialog dialog(choices.calibration, this);
    if (dialog.exec() != QDialog::Accepted) return;
    choices.calibration = dialog.options();
    session_.choose(choices, tr("Change calibration"));
}

}  // namespace headscope::ui
