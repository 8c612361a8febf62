#include "ui/plan/measure_choice.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>
#include <algorithm>

#include "ui/plan/calibration_dialog.h"
#include "ui/style/measure_text.h"
#include "ui/style/text.h"

namespace headscope::ui {
MeasureChoice::MeasureChoice(Session& session, QWidget* parent)
    : QWidget(parent),
      session_(session),
      label_(new QLabel(this)),
      combo_(new QComboBox(this)),
      calibration_(new QPushButton(this)) {
    combo_->setObjectName(QStringLiteral("measure"));
    combo_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    combo_->setMinimumContentsLength(22);
    label_->setBuddy(combo_);
    calibration_->setObjectName(QStringLiteral("calibration"));
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(label_);
    row->addWidget(combo_);
    row->addWidget(calibration_);
    row->addStretch(1);
    for (std::size_t i = 0; i < all_measures().size(); ++i)
        combo_->addItem(QString());
    set_texts();
    connect(&session, &Session::plan_changed, this, &MeasureChoice::follow_choices);
    connect(combo_, &QComboBox::currentIndexChanged, this, &MeasureChoice::choose);
    connect(calibration_, &QPushButton::clicked, this, &MeasureChoice::edit_calibration);
}

void MeasureChoice::set_texts() {
    for (std::size_t i = 0; i < all_measures().size(); ++i) {
        const Measure measure = all_measures()[i];
        combo_->setItemText(static_cast<int>(i), measure_title(measure));
        combo_->setItemData(static_cast<int>(i), measure_explanation(measure), Qt::ToolTipRole);
    }
    label_->setText(tr("&Measure:"));
    label_->setToolTip(tr("What two heads are compared by"));
    calibration_->setToolTip(tr("The text over which activations are collected"));
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
    calibration_->setText(
        calibration.windows > 0
            ? tr("%1: %n window(s)...", nullptr, static_cast<int>(calibration.windows)).arg(text)
            : tr("%1: all...").arg(text));
    calibration_->setVisible(kind_of(choices.measure) == MeasureKind::behaviour ||
                             choices.rule_at(0.0).reads_calibration());
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
