#include "ui/difference/two_models_panel.h"

#include <QAction>
#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QCoreApplication>
#include <QFileDialog>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QSpinBox>
#include <QSplitter>
#include <QTreeWidget>
#include <QVBoxLayout>
#include <cmath>
#include <limits>

#include "ui/difference/second_model.h"
#include "ui/session/error_text.h"
#include "ui/session/session.h"
#include "ui/style/flow_layout.h"
#include "ui/style/text.h"

namespace headscope::ui {
namespace {

struct Text {
    Q_DECLARE_TR_FUNCTIONS(headscope::ui::TwoModelsPanel)
};

constexpr int kSequences = 8;

/// Mean and lowest of some values.
struct Spread {
    double sum = 0.0;
    double lowest = std::numeric_limits<double>::infinity();
    int count = 0;

    void add(double value) {
        sum += value;
        lowest = std::fmin(lowest, value);
        ++count;
    }
    [[nodiscard]] QString mean_text() const {
        return count == 0 ? QString() : similarity_text(sum / count);
    }
    [[nodiscard]] QString lowest_text() const {
        return count == 0 ? QString() : similarity_text(lowest);
    }
};

/// 0 only where nothing differs.
QString distance_text(double distance) {
    return std::isinf(distance) ? QStringLiteral("\u221e") : QLocale().toString(distance, 'g', 3);
}

void make_table(QTreeWidget& table, const QStringList& titles, const QString& name) {
    table.setHeaderLabels(titles);
    table.setRootIsDecorated(false);
    table.setUniformRowHeights(true);
    table.setAlternatingRowColors(true);
    table.setAllColumnsShowFocus(true);
    table.setAccessibleName(name);
    table.setMinimumHeight(6 * table.fontMetrics().height());
    table.header()->setStretchLastSection(true);
}

void add_row(QTreeWidget& table, const QStringList& cells, int left_columns) {
    auto* item = new QTreeWidgetItem(&table, cells);
    for (int column = left_columns; column < table.columnCount(); ++column)
        item->setTextAlignment(column, Qt::AlignRight | Qt::AlignVCenter);
}

void fit_columns(QTreeWidget& table) {
    for (int column = 0; column < table.columnCount(); ++column)
        table.resizeColumnToContents(column);
}

QString sentence(const NotCompared& reason) {
    QString text = error_text(reason.why);
    if (reason.cause) text += QStringLiteral(" (%1)").arg(error_text(*reason.cause));
    text[0] = text[0].toUpper();
    return text + QLatin1Char('.');
}

QStringList evaluation_lines(const PairedEvaluation& found, const QString& second) {
    const Scores& scores = found.scores;
    const auto metric_text = [&](const char* name, auto shown) {
        const std::vector<Metric> metrics = scores.metric_list(1);
        const Metric* metric = find_metric(metrics, name);
        return metric != nullptr ? shown(metric->value) : QString();
    };
    const auto nats = [](const Estimate& value) { return nats_text(value); };
    const auto share = [](const Estimate& value) { return percent_text(value); };
    QStringList lines = {Text::tr("Perplexity %1; of %2 %3, change %4")
                             .arg(perplexity_text(scores.metrics(0).perplexity), second,
                                  perplexity_text(scores.metrics(1).perplexity),
                                  change_text(scores.change(0, 1).perplexity_ratio))};
    const QString kl = metric_text("kl_divergence", nats);
    const QString same = metric_text("same_top", share);
    if (!kl.isEmpty())
        lines << Text::tr("KL divergence %1 nats; same most likely token %2").arg(kl, same);
    lines << Text::tr("%1, %Ln sequence(s)", nullptr, static_cast<int>(scores.windows_done()))
                 .arg(qstring(found.text.corpus_name));
    return lines;
}

}  // namespace

TwoModelsPanel::TwoModelsPanel(const PanelServices& services, QWidget* parent)
    : QWidget(parent),
      services_(services),
      open_folder_(new QPushButton(tr("Open a second &folder\u2026"))),
      open_file_(new QPushButton(tr("Open a second G&GUF file\u2026"))),
      evaluate_(new QCheckBox(tr("Read a text with &both"))),
      sequences_(new QSpinBox),
      summary_(new QLabel),
      layers_(new QTreeWidget),
      tensors_(new QTreeWidget) {
    lay_out();
    connect_services();
    refresh();
}

void TwoModelsPanel::lay_out() {
    evaluate_->setChecked(true);
    evaluate_->setToolTip(
        tr("Perplexity of both and their KL divergence, over the text of the evaluation "
           "settings"));
    sequences_->setRange(1, 100'000);
    sequences_->setValue(kSequences);
    sequences_->setAccessibleName(tr("Sequences"));
    connect(evaluate_, &QCheckBox::toggled, sequences_, &QWidget::setEnabled);
    summary_->setWordWrap(true);
    summary_->setTextFormat(Qt::PlainText);
    summary_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* controls = new QWidget;
    auto* row = new FlowLayout(controls);
    row->setContentsMargins({});
    row->addWidget(open_folder_);
    row->addWidget(open_file_);
    row->addWidget(evaluate_);
    row->add_labelled(new QLabel(tr("Se&quences:")), sequences_);
    make_table(*layers_,
               {tr("Layer"), tr("Same index, mean"), tr("lowest"), tr("Best match, mean"),
                tr("lowest"), tr("Elsewhere"), tr("New")},
               tr("Heads of both models"));
    make_table(*tensors_,
               {tr("Tensors"), tr("Count"), tr("|A \u2212 B| / |A|"), tr("Most"), tr("Of")},
               tr("Tensors of both models"));
    layers_->headerItem()->setToolTip(
        5, tr("Heads whose best match has another index in the second model"));
    layers_->headerItem()->setToolTip(6,
                                      tr("Heads of the second model that are nobody's best match"));
    auto* copy = new QAction(tr("&Copy table"), this);
    copy->setShortcut(QKeySequence::Copy);
    copy->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    connect(copy, &QAction::triggered, this,
            [this] { QApplication::clipboard()->setText(copy_text()); });
    for (QTreeWidget* tree : {layers_, tensors_}) {
        tree->addAction(copy);
        tree->setContextMenuPolicy(Qt::ActionsContextMenu);
    }
    auto* split = new QSplitter(Qt::Vertical);
    split->addWidget(layers_);
    split->addWidget(tensors_);
    split->setStretchFactor(0, 3);
    split->setStretchFactor(1, 2);
    split->setChildrenCollapsible(false);
    auto* column = new QVBoxLayout(this);
    column->addWidget(controls);
    column->addWidget(summary_);
    column->addWidget(split, 1);
}

void TwoModelsPanel::connect_services() {
    connect(open_folder_, &QPushButton::clicked, this, &TwoModelsPanel::ask_for_folder);
    connect(open_file_, &QPushButton::clicked, this, &TwoModelsPanel::ask_for_file);
    connect(layers_, &QTreeWidget::currentItemChanged, this, &TwoModelsPanel::look_at_layer);
    connect(&services_.session, &Session::model_changed, this, &TwoModelsPanel::refresh_if_visible);
    connect(services_.second, &SecondModel::changed, this, &TwoModelsPanel::refresh_if_visible);
}

void TwoModelsPanel::showEvent(QShowEvent* event) {
    refresh();
    QWidget::showEvent(event);
}

void TwoModelsPanel::refresh_if_visible() {
    if (isVisible()) refresh();
}

void TwoModelsPanel::ask_for_folder() {
    const QString folder = QFileDialog::getExistingDirectory(this, tr("Open a second model"));
    if (!folder.isEmpty()) compare(folder);
}

void TwoModelsPanel::ask_for_file() {
    const QString file = QFileDialog::getOpenFileName(
        this, tr("Open a second model"), {}, tr("Models (*.gguf *.safetensors);;All files (*)"));
    if (!file.isEmpty()) compare(file);
}

void TwoModelsPanel::compare(const QString& path) {
    if (services_.session.model() == nullptr) return;
    DifferenceParams params;
    params.weights_only = !evaluate_->isChecked();
    OpenOptions opening;
    if (services_.work) {
        const WorkParams work = services_.work();
        params.text = work.text;
        params.compute = work.compute;
        params.cache_dir = work.cache_dir;
        opening = work.opening;
    }
    params.text.max_windows = sequences_->value();
    services_.second->compare(path, params, opening);
}

void TwoModelsPanel::refresh() {
    const bool open = services_.session.model() != nullptr;
    const bool running = services_.second->running();
    for (QWidget* button : {open_folder_, open_file_})
        button->setEnabled(open && !running);
    summary_->setText(summary());
    const auto& result = services_.second->result();
    layers_->setVisible(result != nullptr);
    tensors_->setVisible(result != nullptr);
    if (result.get() == shown_) return;
    shown_ = result.get();
    fill_layers();
    fill_tensors();
}

QString TwoModelsPanel::summary() const {
    if (services_.session.model() == nullptr) return tr("No model is open.");
    if (services_.second->running()) return tr("Comparing the two models.");
    const auto& result = services_.second->result();
    if (result == nullptr) {
        return tr(
            "Open a second checkpoint to compare this one with: a fine-tuned, merged or quantized "
            "copy, in any format. Its heads are matched with these, and the Map can be coloured "
            "by their distance.");
    }
    const ModelDifference& difference = result->difference;
    const QString first = qstring(services_.session.model()->name());
    QStringList lines = {tr("A: %1; B: %2").arg(first, result->path)};
    if (difference.empty()) lines << tr("The two models have nothing in common to compare.");
    if (difference.no_matches) lines << sentence(*difference.no_matches);
    if (difference.evaluation) lines << evaluation_lines(*difference.evaluation, tr("B"));
    for (const auto* reason : {&difference.no_divergence, &difference.no_evaluation}) {
        if (*reason) lines << sentence(**reason);
    }
    return lines.join(QLatin1Char('\n'));
}

void TwoModelsPanel::fill_layers() {
    layers_->clear();
    const auto& result = services_.second->result();
    if (result == nullptr) return;
    for (const LayerMatches& layer : result->difference.layers) {
        Spread same;
        Spread best;
        int elsewhere = 0;
        for (std::size_t head = 0; head < layer.heads.size(); ++head) {
            const HeadMatch& match = layer.heads[head];
            if (match.same_index) same.add(match.same_index->similarity);
            best.add(match.best.similarity);
            elsewhere += match.best.head != static_cast<int>(head) ? 1 : 0;
        }
        add_row(*layers_,
                {QString::number(layer.layer), same.mean_text(), same.lowest_text(),
                 best.mean_text(), best.lowest_text(), QString::number(elsewhere),
                 QString::number(layer.without_match.size())},
                0);
    }
    fit_columns(*layers_);
}

void TwoModelsPanel::fill_tensors() {
    tensors_->clear();
    const auto& result = services_.second->result();
    if (result == nullptr) return;
    const TensorDifferences& found = result->difference.tensors;
    for (const PartDifference& part : by_part(found.tensors)) {
        const bool several = part.tensors > 1 && part.most > 0.0;
        add_row(*tensors_,
                {qstring(part.name), count_text(part.tensors), distance_text(part.relative),
                 several ? distance_text(part.most) : QString(),
                 several ? qstring(part.most_changed) : QString()},
                1);
        tensors_->topLevelItem(tensors_->topLevelItemCount() - 1)
            ->setTextAlignment(4, Qt::AlignLeft | Qt::AlignVCenter);
    }
    if (!found.unpaired.empty()) {
        add_row(*tensors_,
                {tr("%Ln tensor(s) only in one, or of other shapes", nullptr,
                    static_cast<int>(found.unpaired.size())),
                 {},
                 {},
                 {},
                 {}},
                1);
    }
    fit_columns(*tensors_);
}

void TwoModelsPanel::look_at_layer() {
    const int row = layers_->indexOfTopLevelItem(layers_->currentItem());
    const auto& result = services_.second->result();
    if (row < 0 || result == nullptr) return;
    services_.session.focus_layer(result->difference.layers[static_cast<std::size_t>(row)].layer);
}

QString TwoModelsPanel::copy_text() const {
    const auto& result = services_.second->result();
    if (result == nullptr) return {};
    QString text = QStringLiteral(
        "layer\thead\tsimilarity\tdistance\tbest_match\tbest_similarity\tbest_distance\n");
    const auto number = [](double value) { return QString::number(value, 'g', 8); };
    for (const LayerMatches& layer : result->difference.layers) {
        for (std::size_t head = 0; head < layer.heads.size(); ++head) {
            const HeadMatch& match = layer.heads[head];
            const auto& same = match.same_index;
            text += QStringList{QString::number(layer.layer),
                                QString::number(head),
                                same ? number(same->similarity) : QString(),
                                same ? number(same->distance) : QString(),
                                QString::number(match.best.head),
                                number(match.best.similarity),
                                number(match.best.distance)}
                        .join(QLatin1Char('\t')) +
                    QLatin1Char('\n');
        }
    }
    return text;
}

Panel make_two_models_panel(const PanelServices& services) {
    auto* panel = new TwoModelsPanel(services);
    Panel made{QStringLiteral("two_models"), TwoModelsPanel::tr("Two models"), PanelArea::centre,
               panel};
    made.table = [panel] { return panel->copy_text(); };
    return made;
}

}  // namespace headscope::ui
