#include "ui/plan/calibration_dialog.h"

#include <QDialogButtonBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/style/corpus_filter.h"

namespace headscope::ui {

CalibrationDialog::CalibrationDialog(const CalibrationOptions& options, QWidget* parent)
    : QDialog(parent),
      file_(new QLineEdit(QString::fromStdString(options.file.string()))),
      windows_(new QSpinBox),
      mistake_(new QLabel),
      buttons_(new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel)) {
    setWindowTitle(tr("Calibration text"));
    file_->setObjectName(QStringLiteral("file"));
    file_->setPlaceholderText(tr("WikiText-2, train split"));
    file_->setClearButtonEnabled(true);
    file_->setToolTip(
        tr("A text file in UTF-8. Empty: lines of the train split of WikiText-2. Never "
           "the corpus that is evaluated."));
    windows_->setObjectName(QStringLiteral("windows"));
    windows_->setRange(0, 1'000'000);
    windows_->setSpecialValueText(tr("All"));
    windows_->setValue(static_cast<int>(std::min<std::int64_t>(options.windows, 1'000'000)));
    windows_->setToolTip(
        tr("Only its first windows of 2,048 tokens, or the model's maximum where "
           "that is less"));
    mistake_->setObjectName(QStringLiteral("mistake"));
    mistake_->setWordWrap(true);
    auto* browse_button = new QPushButton(tr("&Browse..."));
    browse_button->setAutoDefault(false);
    auto* choice = new QHBoxLayout;
    choice->addWidget(file_, 1);
    choice->addWidget(browse_button);
    auto* form = new QFormLayout;
    auto* label = new QLabel(tr("&Text:"));
    label->setBuddy(file_);
    form->addRow(label, choice);
    form->addRow(tr("&Windows:"), windows_);
    auto* layout = new QVBoxLayout(this);
    layout->addLayout(form);
    layout->addWidget(mistake_);
    layout->addStretch();
    layout->addWidget(buttons_);
    connect(browse_button, &QPushButton::clicked, this, &CalibrationDialog::browse);
    connect(file_, &QLineEdit::textChanged, this, &CalibrationDialog::validate);
    connect(buttons_, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons_, &QDialogButtonBox::rejected, this, &QDialog::reject);
    validate();
    setMinimumWidth(fontMetrics().averageCharWidth() * 60);
}

CalibrationOptions CalibrationDialog::options() const {
    return {file_->text().trimmed().toStdString(), windows_->value()};
}

void CalibrationDialog::browse() {
    const QString file = QFileDialog::getOpenFileName(
        this, tr("Open a calibration text"), QFileInfo(file_->text()).path(), corpus_filter());
    if (!file.isEmpty()) file_->setText(file);
}

void CalibrationDialog::validate() {
    const QString file = file_->text().trimmed();
    const bool there = file.isEmpty() || QFileInfo(file).isFile();
    mistake_->setText(there ? QString() : tr("There is no such file."));
    buttons_->button(QDialogButtonBox::Ok)->setEnabled(there);
}

}  // namespace headscope::ui
