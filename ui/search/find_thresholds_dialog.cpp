#include "ui/search/find_thresholds_dialog.h"

#include <QAction>
#include <QClipboard>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QScrollBar>
#include <QSpinBox>
#include <QTreeView>
#include <QVBoxLayout>
#include <utility>

#include "ui/search/search_text.h"
#include "ui/style/number_field.h"
#include "ui/style/progress_text.h"

namespace headscope::ui {
namespace {

QLabel* wrapped(const QString& text = {}) {
    auto* label = new QLabel(text);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    return label;
}

QSpinBox* spin_box(const char* name, int value, int most, const QString& tip) {
    auto* box = new QSpinBox;
    box->setObjectName(QLatin1String(name));
    box->setRange(1, most);
    box->setValue(value);
    box->setToolTip(tip);
    return box;
}

}  // namespace

FindThresholdsDialog::FindThresholdsDialog(Session& session, ThresholdSearch& search,
                                           ParamsFn params, QWidget* parent)
    : QDialog(parent),
      session_(session),
      search_(search),
      params_(std::move(params)),
      path_(new SearchPathModel(this)),
      subject_(wrapped()),
      progress_(new QProgressBar),
      stage_(new QLabel),
      table_(new QTreeView),
      outcome_(wrapped()) {
    setWindowTitle(tr("Find thresholds"));
    subject_->setObjectName(QStringLiteral("subject"));
    outcome_->setObjectName(QStringLiteral("outcome"));
    outcome_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    // Two lines, so that the table does not jump when the outcome comes.
    outcome_->setMinimumHeight(2 * fontMetrics().lineSpacing());
    outcome_->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    questions_ = make_questions();
    make_table();
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(wrapped(
        tr("Finds a threshold for each layer, so that as many heads as possible are merged while "
           "perplexity on all windows rises by no more than the budget.")));
    layout->addWidget(subject_);
    layout->addWidget(questions_);
    layout->addLayout(make_progress());
    layout->addWidget(table_, 1);
    layout->addWidget(outcome_);
    layout->addWidget(make_buttons());
    connect(&search_, &ThresholdSearch::changed, this, &FindThresholdsDialog::refresh);
    connect(&search_, &ThresholdSearch::path_grew, this, &FindThresholdsDialog::add_to_path);
    connect(&search_, &ThresholdSearch::progressed, this, &FindThresholdsDialog::show_progress);
    connect(&search_, &ThresholdSearch::failed, this,
            [this](const JobError& error) { outcome_->setText(error.text); });
    connect(&session_, &Session::plan_changed, this, &FindThresholdsDialog::refresh_subject);
    connect(&session_, &Session::model_changed, this, &FindThresholdsDialog::refresh_subject);
    refresh();
    resize(fontMetrics().averageCharWidth() * 120, fontMetrics().height() * 32);
}

QWidget* FindThresholdsDialog::make_questions() {
    budget_ = new NumberField;
    budget_->setObjectName(QStringLiteral("budget"));
    budget_->setDecimals(2);
    budget_->setRange(0.01, 1000.0);
    budget_->setSingleStep(0.1);
    budget_->setValue(1.0);
    budget_->setSuffix(tr("\u00a0%", "of perplexity"));
    budget_->setToolTip(tr("How much perplexity may rise on all windows, of the original's"));
    gain_ = new QComboBox;
    gain_->setObjectName(QStringLiteral("gain"));
    gain_->addItem(tr("Merged heads"), static_cast<int>(Gain::merged));
    gain_->addItem(tr("Removable heads"), static_cast<int>(Gain::removable));
    gain_->setToolTip(
        tr("What the search wants most of: heads that are merged, or heads that end as the copy of "
           "another, keys and values included"));
    candidates_ =
        spin_box("candidates", 16, 1000, tr("So many thresholds are tried in each layer, at most"));
    probe_windows_ = spin_box("probe_windows", 8, 1'000'000,
                              tr("Windows on which plans are tried out; more of them take longer "
                                 "and are wrong less often"));
    auto* group = new QWidget;
    auto* row = new QHBoxLayout(group);
    row->setContentsMargins(0, 0, 0, 0);
    const auto column = [row] {
        auto* form = new QFormLayout;
        form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
        row->addLayout(form, 1);
        return form;
    };
    QFormLayout* wanted = column();
    wanted->addRow(tr("&Budget:"), budget_);
    wanted->addRow(tr("&Gain:"), gain_);
    row->addSpacing(fontMetrics().height());
    QFormLayout* effort = column();
    effort->addRow(tr("Thresholds of a &layer:"), candidates_);
    effort->addRow(tr("&Probe windows:"), probe_windows_);
    return group;
}

QLayout* FindThresholdsDialog::make_progress() {
    start_ = new QPushButton;
    start_->setObjectName(QStringLiteral("start"));
    start_->setAutoDefault(true);
    connect(start_, &QPushButton::clicked, this, &FindThresholdsDialog::start_or_cancel);
    progress_->setTextVisible(false);
    progress_->setMaximumHeight(fontMetrics().height());
    progress_->setFixedWidth(fontMetrics().averageCharWidth() * 24);
    progress_->setAccessibleName(tr("Progress"));
    stage_->setObjectName(QStringLiteral("stage"));
    stage_->setTextFormat(Qt::PlainText);
    // The text follows the width, not the other way round.
    stage_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    auto* row = new QHBoxLayout;
    row->addWidget(start_);
    row->addWidget(progress_);
    row->addWidget(stage_, 1);
    return row;
}

void FindThresholdsDialog::make_table() {
    table_->setModel(path_);
    table_->setRootIsDecorated(false);
    table_->setUniformRowHeights(true);
    table_->setAlternatingRowColors(true);
    table_->setSelectionMode(QAbstractItemView::ExtendedSelection);
    table_->setAccessibleName(tr("The path of the search"));
    table_->header()->setStretchLastSection(true);
    auto* copy = new QAction(tr("&Copy the path"), table_);
    copy->setShortcut(QKeySequence::Copy);
    copy->setShortcutContext(Qt::WidgetShortcut);
    connect(copy, &QAction::triggered, this, &FindThresholdsDialog::copy_path);
    table_->addAction(copy);
    table_->setContextMenuPolicy(Qt::ActionsContextMenu);
}

QWidget* FindThresholdsDialog::make_buttons() {
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    use_ = buttons->addButton(tr("&Use these thresholds"), QDialogButtonBox::ActionRole);
    use_->setObjectName(QStringLiteral("use"));
    use_->setAutoDefault(false);
    connect(use_, &QPushButton::clicked, &search_, &ThresholdSearch::use);
    connect(buttons, &QDialogButtonBox::rejected, this, &FindThresholdsDialog::reject);
    return buttons;
}

SearchParams FindThresholdsDialog::params() const {
    SearchParams params = params_();
    params.max_ppl_increase = budget_->value() / 100.0;
    params.gain = static_cast<Gain>(gain_->currentData().toInt());
    params.candidates = candidates_->value();
    params.probe_windows = probe_windows_->value();
    return params;
}

void FindThresholdsDialog::start_or_cancel() {
    if (search_.running()) {
        search_.cancel();
    } else if (can_search(session_)) {
        search_.start(params());
    }
}

void FindThresholdsDialog::refresh() {
    const bool running = search_.running();
    start_->setText(running ? tr("&Cancel") : tr("&Find thresholds"));
    questions_->setEnabled(!running);
    progress_->setVisible(running);
    progress_->setRange(0, 0);
    stage_->clear();
    path_->show(search_.path(), search_.params().gain);
    fit_columns();
    const auto& result = search_.result();
    outcome_->setText(result ? outcome_text(*result, search_.params()) : QString());
    refresh_subject();
}

/// What follows the session.
void FindThresholdsDialog::refresh_subject() {
    subject_->setText(search_subject(session_));
    start_->setEnabled(search_.running() || can_search(session_));
    const auto found = search_.found_choices();
    use_->setEnabled(found && *found != session_.choices());
}

void FindThresholdsDialog::add_to_path() {
    const QScrollBar* bar = table_->verticalScrollBar();
    const bool at_end = bar->value() == bar->maximum();
    path_->append(search_.path().back());
    fit_columns();
    if (at_end) table_->scrollToBottom();  // unless the user looks at what was before
}

/// To the rows in sight.
void FindThresholdsDialog::fit_columns() {
    for (int column = 0; column < path_->columnCount(); ++column)
        table_->resizeColumnToContents(column);
}

void FindThresholdsDialog::show_progress(const Progress& progress) {
    progress_->setRange(0, static_cast<int>(progress.total));  // 0: busy, no end in sight
    progress_->setValue(static_cast<int>(progress.done));
    stage_->setText(progress_text(progress));
}

void FindThresholdsDialog::copy_path() {
    QGuiApplication::clipboard()->setText(as_tsv(search_.path()));
}

void FindThresholdsDialog::reject() {
    search_.cancel();
    QDialog::reject();
}

}  // namespace headscope::ui
