#include "ui/runs/settings_dialog.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QGroupBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QSpinBox>
#include <QThread>
#include <QVBoxLayout>
#include <algorithm>
#include <limits>

#include "core/evaluation/protocol.h"
#include "ui/style/corpus_filter.h"
#include "ui/style/text.h"

namespace headscope::ui {
namespace {

/// Smaller windows leave nothing to predict: under llama.cpp only the second half is scored.
int least_window(Protocol protocol) {
    return protocol == Protocol::gptq ? 2 : 3;
}

/// Selects the entry of this value; an unusual one ("cuda:1", an alias) becomes an entry.
void select(QComboBox& box, const std::string& value) {
    const QString text = QString::fromStdString(value);
    int index = box.findData(text);
    if (index < 0) {
        box.addItem(text, text);
        index = box.count() - 1;
    }
    box.setCurrentIndex(index);
}

std::string selected(const QComboBox& box) {
    return box.currentData().toString().toStdString();
}

std::string canonical_dtype(const std::string& name) {
    if (name == "f32") return "float32";
    if (name == "bf16") return "bfloat16";
    if (name == "f16") return "float16";
    return name;
}

QLabel* note() {
    auto* label = new QLabel;
    label->setWordWrap(true);
    label->setForegroundRole(QPalette::PlaceholderText);
    return label;
}

}  // namespace

SettingsDialog::SettingsDialog(const EvaluationSettings& settings, qint64 max_window,
                               QWidget* parent)
    : QDialog(parent),
      max_window_(max_window),
      protocol_(new QComboBox),
      protocol_note_(note()),
      window_(new QSpinBox),
      all_windows_(new QRadioButton(tr("&All"))),
      first_windows_(new QRadioButton(tr("The &first"))),
      max_windows_(new QSpinBox),
      corpus_(new QLineEdit),
      device_(new QComboBox),
      dtype_(new QComboBox),
      threads_(new QSpinBox),
      divergence_(new QCheckBox(tr("Compare e&very prediction with the original's"))),
      mistake_(new QLabel),
      buttons_(new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel)) {
    setWindowTitle(tr("Evaluation settings"));
    QLabel* compare = note();
    compare->setText(
        tr("Figures compare only between runs with the same protocol, window, windows, "
           "corpus and dtype. Every run keeps its settings beside its figures."));
    mistake_->setWordWrap(true);
    mistake_->setObjectName(QStringLiteral("mistake"));
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(build_text());
    layout->addWidget(build_compute());
    layout->addWidget(compare);
    layout->addWidget(mistake_);
    layout->addStretch();
    layout->addWidget(buttons_);
    take(settings);

    connect(protocol_, &QComboBox::currentIndexChanged, this, &SettingsDialog::update_protocol);
    connect(window_, &QSpinBox::valueChanged, this, &SettingsDialog::validate);
    connect(corpus_, &QLineEdit::textChanged, this, &SettingsDialog::validate);
    connect(first_windows_, &QRadioButton::toggled, max_windows_, &QWidget::setEnabled);
    connect(buttons_, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons_, &QDialogButtonBox::rejected, this, &QDialog::reject);
    update_protocol();
    setMinimumWidth(fontMetrics().averageCharWidth() * 70);
}

QWidget* SettingsDialog::build_text() {
    protocol_->setObjectName(QStringLiteral("protocol"));
    protocol_->addItem(tr("gptq, as papers print it"), static_cast<int>(Protocol::gptq));
    protocol_->addItem(tr("llama.cpp, as its perplexity tool does"),
                       static_cast<int>(Protocol::llama_cpp));
    window_->setObjectName(QStringLiteral("window"));
    const qint64 longest = max_window_ > 0 ? max_window_ : std::numeric_limits<int>::max();
    window_->setRange(0, static_cast<int>(std::min<qint64>(longest, 1 << 30)));
    window_->setSingleStep(128);
    window_->setGroupSeparatorShown(true);
    window_->setToolTip(
        tr("Tokens that are scored together. With a longer window each token has "
           "more context, and perplexity falls."));
    auto* group = new QGroupBox(tr("Text"));
    auto* form = new QFormLayout(group);
    form->addRow(tr("&Protocol:"), protocol_);
    form->addRow(QString(), protocol_note_);
    form->addRow(tr("&Window:"), window_);
    form->addRow(tr("Windows:"), build_windows_choice());
    form->addRow(tr("&Corpus:"), build_corpus_choice());
    qobject_cast<QLabel*>(form->labelForField(corpus_->parentWidget()))->setBuddy(corpus_);
    return group;
}

QWidget* SettingsDialog::build_windows_choice() {
    all_windows_->setObjectName(QStringLiteral("all_windows"));
    first_windows_->setObjectName(QStringLiteral("first_windows"));
    max_windows_->setObjectName(QStringLiteral("max_windows"));
    max_windows_->setRange(1, 10'000'000);
    max_windows_->setGroupSeparatorShown(true);
    max_windows_->setAccessibleName(tr("How many windows"));
    const QString tip = tr("The first windows of the text only: sooner done, wider intervals.");
    first_windows_->setToolTip(tip);
    max_windows_->setToolTip(tip);
    auto* choice = new QWidget;
    auto* row = new QHBoxLayout(choice);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(all_windows_);
    row->addSpacing(12);
    row->addWidget(first_windows_);
    row->addWidget(max_windows_);
    row->addStretch();
    return choice;
}

QWidget* SettingsDialog::build_corpus_choice() {
    corpus_->setObjectName(QStringLiteral("corpus"));
    corpus_->setPlaceholderText(tr("WikiText-2, test split"));
    corpus_->setClearButtonEnabled(true);
    corpus_->setToolTip(tr("A text file in UTF-8. Empty: the test split of WikiText-2."));
    auto* browse_button = new QPushButton(tr("&Browse..."));
    browse_button->setAutoDefault(false);
    connect(browse_button, &QPushButton::clicked, this, &SettingsDialog::browse);
    auto* choice = new QWidget;
    auto* row = new QHBoxLayout(choice);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(corpus_, 1);
    row->addWidget(browse_button);
    return choice;
}

QWidget* SettingsDialog::build_compute() {
    device_->setObjectName(QStringLiteral("device"));
    device_->addItem(tr("Automatic (CUDA where it works)"), QStringLiteral("auto"));
    device_->addItem(tr("CPU"), QStringLiteral("cpu"));
    device_->addItem(tr("CUDA"), QStringLiteral("cuda"));
    device_->addItem(tr("CUDA, all GPUs"), QStringLiteral("cuda:all"));
    dtype_->setObjectName(QStringLiteral("dtype"));
    dtype_->addItem(tr("Automatic (float32 on the CPU, else bfloat16)"), QStringLiteral("auto"));
    for (const QString& name :
         {QStringLiteral("float32"), QStringLiteral("bfloat16"), QStringLiteral("float16")}) {
        dtype_->addItem(name, name);
    }
    dtype_->setToolTip(
        tr("The type of numbers in which the model computes. Merging itself is always "
           "done in float32."));
    threads_->setObjectName(QStringLiteral("threads"));
    threads_->setRange(0, std::max(1024, QThread::idealThreadCount()));
    threads_->setSpecialValueText(tr("All cores"));
    threads_->setToolTip(tr("Threads of the CPU. They change the speed, not the figures."));
    auto* group = new QGroupBox(tr("Computation"));
    auto* form = new QFormLayout(group);
    form->addRow(tr("&Device:"), device_);
    form->addRow(tr("D&type:"), dtype_);
    form->addRow(tr("Th&reads:"), threads_);
    divergence_->setObjectName(QStringLiteral("divergence"));
    divergence_->setToolTip(
        tr("Gives KL divergence, same top token and the cost of each token. "
           "The original is computed again with each evaluation."));
    form->addRow(divergence_);
    return group;
}

void SettingsDialog::take(const EvaluationSettings& settings) {
    protocol_->setCurrentIndex(protocol_->findData(static_cast<int>(settings.text.protocol)));
    window_->setValue(static_cast<int>(std::min<std::int64_t>(settings.text.window, 1 << 30)));
    const bool all = settings.text.max_windows <= 0;
    (all ? all_windows_ : first_windows_)->setChecked(true);
    max_windows_->setValue(all ? 64 : static_cast<int>(settings.text.max_windows));
    max_windows_->setEnabled(!all);
    corpus_->setText(
        QDir::toNativeSeparators(QString::fromStdString(settings.text.corpus.string())));
    select(*device_, settings.compute.device);
    select(*dtype_, canonical_dtype(settings.compute.dtype));
    threads_->setValue(settings.compute.threads);
    divergence_->setChecked(settings.divergence);
}

EvaluationSettings SettingsDialog::settings() const {
    EvaluationSettings settings;
    settings.text.protocol = protocol();
    settings.text.window = window_->value();
    settings.text.max_windows = first_windows_->isChecked() ? max_windows_->value() : 0;
    settings.text.corpus = QDir::fromNativeSeparators(corpus_->text().trimmed()).toStdString();
    settings.compute.device = selected(*device_);
    settings.compute.dtype = selected(*dtype_);
    settings.compute.threads = threads_->value();
    settings.divergence = divergence_->isChecked();
    return settings;
}

Protocol SettingsDialog::protocol() const {
    return static_cast<Protocol>(protocol_->currentData().toInt());
}

void SettingsDialog::update_protocol() {
    const bool gptq = protocol() == Protocol::gptq;
    protocol_note_->setText(
        gptq ? tr("One BOS in front of the whole text, consecutive windows, every prediction "
                  "inside a window counts.")
             : tr("Every window begins with BOS, and only the predictions of its second half "
                  "count."));
    const std::int64_t usual = default_window(
        protocol(), max_window_ > 0 ? max_window_ : std::numeric_limits<std::int64_t>::max());
    window_->setSpecialValueText(tr("Default (%1)").arg(count_text(usual)));
    validate();
}

void SettingsDialog::validate() {
    const QString corpus = corpus_->text().trimmed();
    QString mistake;
    if (window_->value() > 0 && window_->value() < least_window(protocol())) {
        mistake = tr("A window of %1 leaves this protocol nothing to score; choose %2 or more.")
                      .arg(count_text(window_->value()), count_text(least_window(protocol())));
    } else if (!corpus.isEmpty() && !QFileInfo(corpus).isFile()) {
        mistake = tr("There is no such corpus file.");
    }
    mistake_->setText(mistake);
    mistake_->setVisible(!mistake.isEmpty());
    buttons_->button(QDialogButtonBox::Ok)->setEnabled(mistake.isEmpty());
    // A line more must not take the room of the others.
    layout()->activate();
    resize(width(), std::max(height(), layout()->totalHeightForWidth(width())));
}

void SettingsDialog::browse() {
    const QString file =
        QFileDialog::getOpenFileName(this, tr("Choose a corpus"), corpus_->text(), corpus_filter());
    if (!file.isEmpty()) corpus_->setText(QDir::toNativeSeparators(file));
}

}  // namespace headscope::ui
