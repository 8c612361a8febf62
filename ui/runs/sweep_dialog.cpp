#include "ui/runs/sweep_dialog.h"

#include <QDialogButtonBox>
#include <QGroupBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/runs/threshold_list.h"
#include "ui/style/number_field.h"

namespace headscope::ui {
namespace {

QDoubleSpinBox* number(double low, double high, double value, const QString& name) {
    auto* box = new NumberField;
    box->setDecimals(4);
    box->setRange(low, high);
    box->setSingleStep(0.005);
    box->setValue(value);
    box->setObjectName(name);
    return box;
}

void add_labelled(QHBoxLayout& row, const QString& text, QWidget* field) {
    auto* label = new QLabel(text);
    label->setBuddy(field);
    row.addWidget(label);
    row.addWidget(field);
    row.addSpacing(8);
}

}  // namespace

SweepDialog::SweepDialog(const QString& initial, QWidget* parent)
    : QDialog(parent),
      list_(new QLineEdit(initial)),
      verdict_(new QLabel),
      from_(number(-1.0, 1.0, 0.9, QStringLiteral("from"))),
      to_(number(-1.0, 1.0, 0.99, QStringLiteral("to"))),
      step_(number(0.0001, 2.0, 0.01, QStringLiteral("step"))),
      buttons_(new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel)) {
    setWindowTitle(tr("Sweep over thresholds"));
    list_->setObjectName(QStringLiteral("list"));
    list_->setClearButtonEnabled(true);
    const std::vector<double> example = {0.98, 0.99, 0.995};
    list_->setPlaceholderText(thresholds_text(example));
    list_->setToolTip(
        tr("Similarities between \u2212"
           "1 and 1, separated by semicolons or spaces; by "
           "commas too where the comma does not mark decimals."));
    auto* label = new QLabel(tr("&Thresholds, such as %1:").arg(thresholds_text(example)));
    label->setBuddy(list_);
    verdict_->setObjectName(QStringLiteral("verdict"));
    verdict_->setWordWrap(true);
    // Two lines, so that the dialog does not jump while one types.
    verdict_->setMinimumHeight(2 * fontMetrics().lineSpacing());
    verdict_->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    buttons_->button(QDialogButtonBox::Ok)->setText(tr("&Run"));

    auto* layout = new QVBoxLayout(this);
    layout->addWidget(label);
    layout->addWidget(list_);
    layout->addWidget(verdict_);
    layout->addWidget(build_range());
    layout->addStretch();
    layout->addWidget(buttons_);
    connect(list_, &QLineEdit::textChanged, this, &SweepDialog::validate);
    connect(buttons_, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons_, &QDialogButtonBox::rejected, this, &QDialog::reject);
    validate();
    setMinimumWidth(fontMetrics().averageCharWidth() * 72);
}

QWidget* SweepDialog::build_range() {
    auto* group = new QGroupBox(tr("Range"));
    auto* row = new QHBoxLayout(group);
    add_labelled(*row, tr("&From:"), from_);
    add_labelled(*row, tr("t&o:"), to_);
    add_labelled(*row, tr("&step:"), step_);
    row->addStretch();
    auto* add = new QPushButton(tr("&Add to the list"));
    add->setObjectName(QStringLiteral("add"));
    add->setAutoDefault(false);
    connect(add, &QPushButton::clicked, this, &SweepDialog::add_range);
    row->addWidget(add);
    return group;
}

void SweepDialog::add_range() {
    QString error;
    const double step = to_->value() < from_->value() ? -step_->value() : step_->value();
    const std::vector<double> range = threshold_range(from_->value(), to_->value(), step, &error);
    if (range.empty()) {
        verdict_->setText(error);
        return;
    }
    std::vector<double> all = thresholds();
    if (all.empty() && !list_->text().trimmed().isEmpty()) {
        validate();  // what is wrong there has to be mended first; says so again
        return;
    }
    for (const double value : range) {
        if (std::find(all.begin(), all.end(), value) == all.end()) all.push_back(value);
    }
    list_->setText(thresholds_text(all));
}

void SweepDialog::validate() {
    QString error;
    const std::vector<double> values = parse_thresholds(list_->text(), &error);
    const int count = static_cast<int>(values.size());
    verdict_->setText(
        values.empty() ? error
                       : tr("%n run(s), evaluated together with the original: %1", nullptr, count)
                             .arg(thresholds_text(values)));
    buttons_->button(QDialogButtonBox::Ok)->setEnabled(!values.empty());
}

std::vector<double> SweepDialog::thresholds() const {
    return parse_thresholds(list_->text(), nullptr);
}

QString SweepDialog::text() const {
    return list_->text();
}

}  // namespace headscope::ui
