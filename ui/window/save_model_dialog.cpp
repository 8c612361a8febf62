#include "ui/window/save_model_dialog.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QDir>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QPushButton>
#include <QVBoxLayout>

#include "core/base/error.h"
#include "core/base/staged_folder.h"
#include "core/checkpoint/formats/checkpoint_format.h"
#include "core/export/export.h"
#include "core/report/results.h"
#include "ui/session/error_text.h"
#include "ui/session/session.h"
#include "ui/style/plan_text.h"
#include "ui/style/text.h"

namespace headscope::ui {
namespace {

/// "demo-merged-0.98", "demo-merged-per-layer", "demo-without-27-heads": a name that says what it
/// is.
QString proposed_name(const Session& session) {
    if (session.summary().pairs == 0) {
        return QStringLiteral("%1-without-%2-heads")
            .arg(QString::fromStdString(session.model()->name()))
            .arg(session.summary().removed_heads);
    }
    const std::string threshold =
        session.per_layer() ? "per-layer" : headscope::threshold_text(session.threshold());
    return QStringLiteral("%1-merged-%2")
        .arg(QString::fromStdString(session.model()->name()), QString::fromStdString(threshold));
}

QString summary_text(const Session& session) {
    const PlanSummary& summary = session.summary();
    const QString heads =
        SaveModelDialog::tr("%Ln head(s)", nullptr, static_cast<int>(summary.merged_heads));
    const QString groups =
        SaveModelDialog::tr("%Ln group(s)", nullptr, static_cast<int>(summary.groups));
    if (summary.pairs == 0) {
        return SaveModelDialog::tr("The model without %Ln head(s).", nullptr,
                                   static_cast<int>(summary.removed_heads));
    }
    if (const auto& of_layers = session.thresholds().of_layers()) {
        return SaveModelDialog::tr(
                   "The model with %1 merged in %2, with a threshold for each layer (%3).")
            .arg(heads, groups, layer_thresholds_range(*of_layers));
    }
    return SaveModelDialog::tr("The model with %1 merged in %2, at threshold %3.")
        .arg(heads, groups, threshold_text(session.threshold()));
}

/// A folder that is there and holds something.
bool is_filled(const QString& folder) {
    const QDir dir(folder);
    return dir.exists() &&
           !dir.isEmpty(QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot);
}

QLabel* wrapped(const QString& text) {
    auto* label = new QLabel(text);
    label->setWordWrap(true);
    return label;
}

}  // namespace

SaveModelDialog::SaveModelDialog(const Session& session, const QString& parent_folder,
                                 QWidget* parent)
    : QDialog(parent),
      checkpoint_(session.model()->checkpoint),
      folder_(new QLineEdit(
          QDir::toNativeSeparators(QDir(parent_folder).filePath(proposed_name(session))))),
      format_(new QComboBox),
      type_(new QComboBox),
      compact_(new QCheckBox(tr("&Remove duplicate heads"))),
      verdict_(wrapped({})),
      buttons_(new QDialogButtonBox(QDialogButtonBox::Save | QDialogButtonBox::Cancel)) {
    setWindowTitle(tr("Save the merged model"));
    const PlanSummary& summary = session.summary();
    const bool duplicates = summary.removable_heads > 0 || summary.removable_kv_heads > 0;
    compact_->setObjectName(QStringLiteral("compact"));
    compact_->setEnabled(duplicates);
    QLabel* about = wrapped(
        duplicates
            ? tr("Heads that merging made identical become one, where each KV head of a layer "
                 "still "
                 "serves equally many. The model computes the same with fewer weights.")
            : tr("Merging made no two heads identical in Q, K and V, so there are no duplicates."));
    about->setIndent(fontMetrics().averageCharWidth() * 4);
    verdict_->setObjectName(QStringLiteral("verdict"));
    // Two lines, so that the dialog does not jump while one types.
    verdict_->setMinimumHeight(2 * fontMetrics().lineSpacing());
    verdict_->setAlignment(Qt::AlignTop | Qt::AlignLeft);

    auto* layout = new QVBoxLayout(this);
    layout->addWidget(wrapped(summary_text(session)));
    layout->addWidget(build_folder_choice());
    layout->addWidget(build_format_choice());
    layout->addWidget(verdict_);
    layout->addWidget(compact_);
    layout->addWidget(about);
    layout->addStretch();
    layout->addWidget(buttons_);
    connect(folder_, &QLineEdit::textChanged, this, &SaveModelDialog::validate);
    connect(buttons_, &QDialogButtonBox::accepted, this, &SaveModelDialog::accept);
    connect(buttons_, &QDialogButtonBox::rejected, this, &QDialog::reject);
    validate();
    setMinimumWidth(fontMetrics().averageCharWidth() * 80);
}

QWidget* SaveModelDialog::build_folder_choice() {
    folder_->setObjectName(QStringLiteral("folder"));
    auto* label = new QLabel(tr("&Folder:"));
    label->setBuddy(folder_);
    auto* browse_button = new QPushButton(tr("&Browse..."));
    browse_button->setAutoDefault(false);
    connect(browse_button, &QPushButton::clicked, this, &SaveModelDialog::browse);
    auto* choice = new QWidget;
    auto* row = new QHBoxLayout(choice);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(label);
    row->addWidget(folder_, 1);
    row->addWidget(browse_button);
    return choice;
}

QWidget* SaveModelDialog::build_format_choice() {
    const auto add = [](QComboBox* box, const QString& text, auto value) {
        box->addItem(text, QVariant::fromValue(static_cast<int>(value)));
    };
    format_->setObjectName(QStringLiteral("format"));
    add(format_, tr("Hugging Face folder (transformers)"), ExportFormat::hugging_face);
    add(format_, tr("GGUF file (llama.cpp)"), ExportFormat::gguf);
    type_->setObjectName(QStringLiteral("type"));
    const bool from_gguf = checkpoint_.format().id == "gguf";
    add(type_, from_gguf ? tr("as in the source") : QStringLiteral("F16"), ExportType::automatic);
    if (from_gguf) add(type_, QStringLiteral("F16"), ExportType::f16);
    add(type_, QStringLiteral("BF16"), ExportType::bf16);
    add(type_, QStringLiteral("F32"), ExportType::f32);
    add(type_, QStringLiteral("Q8_0"), ExportType::q8_0);
    auto* format_label = new QLabel(tr("F&ormat:"));
    format_label->setBuddy(format_);
    auto* type_label = new QLabel(tr("&Weights:"));
    type_label->setBuddy(type_);
    const auto of_gguf = [this, type_label] {
        const bool gguf = format().format == ExportFormat::gguf;
        type_->setEnabled(gguf);
        type_label->setEnabled(gguf);
    };
    of_gguf();
    connect(format_, &QComboBox::currentIndexChanged, this, of_gguf);
    connect(format_, &QComboBox::currentIndexChanged, this, &SaveModelDialog::validate);
    connect(type_, &QComboBox::currentIndexChanged, this, &SaveModelDialog::validate);
    auto* choice = new QWidget;
    auto* row = new QHBoxLayout(choice);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(format_label);
    row->addWidget(format_);
    row->addSpacing(fontMetrics().averageCharWidth() * 2);
    row->addWidget(type_label);
    row->addWidget(type_);
    row->addStretch();
    return choice;
}

/// Throws Error where the format cannot hold the model.
std::int64_t SaveModelDialog::needed_bytes() {
    const SavedFormat chosen = format();
    const auto known = needed_bytes_.find(chosen);
    if (known != needed_bytes_.end()) return known->second;
    const std::int64_t bytes = export_size(checkpoint_, chosen.format, chosen.type);
    needed_bytes_.emplace(chosen, bytes);
    return bytes;
}

/// Chooses the folder that a new one is made in, or an empty one.
void SaveModelDialog::browse() {
    const QFileInfo now(folder());
    const QString chosen = QFileDialog::getExistingDirectory(
        this, tr("Choose a folder for the merged model"), now.path());
    if (chosen.isEmpty()) return;
    const QString place = is_filled(chosen) ? QDir(chosen).filePath(now.fileName()) : chosen;
    folder_->setText(QDir::toNativeSeparators(place));
}

void SaveModelDialog::validate() {
    QString text;
    bool usable = false;
    if (folder().isEmpty()) {
        text = tr("Choose a folder.");
    } else {
        try {
            const auto target = StagedFolder::resolve(folder().toStdString());
            const std::int64_t free = free_space_at(target);
            const std::int64_t needed = needed_bytes();
            usable = free >= needed;
            text = (usable ? tr("The model takes up to %1; %2 are free there.")
                           : tr("There is not enough room: the model takes up to %1, but only %2 "
                                "are free there."))
                       .arg(bytes_text(needed), bytes_text(free));
            StagedFolder::check_target(target, /*replace=*/true);
            if (usable && is_filled(folder()))
                text += QLatin1Char(' ') + tr("The folder holds files, which will be replaced.");
        } catch (const Error& error) {
            usable = false;
            text = error_text(error);
        }
    }
    verdict_->setText(text);
    buttons_->button(QDialogButtonBox::Save)->setEnabled(usable);
}

QString SaveModelDialog::folder() const {
    return QDir::fromNativeSeparators(folder_->text().trimmed());
}

SavedFormat SaveModelDialog::format() const {
    const auto format = static_cast<ExportFormat>(format_->currentData().toInt());
    if (format != ExportFormat::gguf) return {};
    return {format, static_cast<ExportType>(type_->currentData().toInt())};
}

bool SaveModelDialog::compact() const {
    return compact_->isEnabled() && compact_->isChecked();
}

void SaveModelDialog::accept() {
    replaces_ = is_filled(folder());
    if (replaces_ &&
        QMessageBox::question(this, tr("Replace the folder?"),
                              tr("All files in %1 will be removed once the model is written.")
                                  .arg(QDir::toNativeSeparators(folder()))) != QMessageBox::Yes) {
        return;
    }
    QDialog::accept();
}

}  // namespace headscope::ui
