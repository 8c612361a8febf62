#include "ui/text/text_panel.h"

#include <QComboBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QSplitter>
#include <QTreeWidget>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

#include "core/evaluation/prepare.h"
#include "core/tokenizer/tokenizer.h"
#include "ui/attention/token_view.h"
#include "ui/runs/run_store.h"
#include "ui/runs/run_text.h"
#include "ui/session/session.h"
#include "ui/style/flow_layout.h"
#include "ui/style/text.h"

namespace headscope::ui {
namespace {

constexpr std::int64_t kPassage = 24;  ///< predictions
constexpr std::size_t kMost = 200;     ///< passages

QString nats(double value) {
    return QLocale().toString(value, 'f', 3);
}

using Vocabulary = std::vector<std::string>;

}  // namespace

TextPanel::TextPanel(const PanelServices& services, QWidget* parent)
    : QWidget(parent),
      services_(services),
      source_(new QComboBox),
      open_(new QPushButton(tr("Open f&ile\u2026"))),
      variant_(new QComboBox),
      cost_(new QComboBox),
      window_(new QSpinBox),
      note_(new QLabel),
      worst_(new QTreeWidget),
      tokens_(new TokenView),
      reading_(QStringLiteral("token costs")),
      listing_(QStringLiteral("vocabulary")) {
    cost_->addItem(tr("KL divergence"), static_cast<int>(TokenCost::kl));
    cost_->addItem(tr("Increase of loss"), static_cast<int>(TokenCost::increase));
    cost_->addItem(tr("Loss"), static_cast<int>(TokenCost::variant));
    cost_->addItem(tr("Loss of the original"), static_cast<int>(TokenCost::original));
    source_->setObjectName(QStringLiteral("text_source"));
    variant_->setObjectName(QStringLiteral("text_variant"));
    cost_->setObjectName(QStringLiteral("text_cost"));
    window_->setObjectName(QStringLiteral("text_window"));
    open_->setToolTip(tr("A safetensors file of headscope evaluate --per_token"));
    for (QComboBox* box : {source_, variant_}) {
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        box->setMinimumContentsLength(16);
    }
    tokens_->set_tip([this](int token) { return tip_of(token); });
    lay_out();
    connect_services();
    follow_runs();
}

void TextPanel::lay_out() {
    auto* controls = new QWidget;
    auto* row = new FlowLayout(controls);
    row->setContentsMargins({});
    row->add_labelled(new QLabel(tr("Ru&n:")), source_);
    row->addWidget(open_);
    row->add_labelled(new QLabel(tr("&Variant:")), variant_);
    row->add_labelled(new QLabel(tr("S&hade by:")), cost_);
    row->add_labelled(new QLabel(tr("Se&quence:")), window_);
    note_->setWordWrap(true);
    worst_->setHeaderLabels({tr("Cost"), tr("Sequence"), tr("Token"), tr("Passage")});
    worst_->setRootIsDecorated(false);
    worst_->setUniformRowHeights(true);
    worst_->setAlternatingRowColors(true);
    worst_->setAccessibleName(tr("Passages of the highest cost"));
    auto* split = new QSplitter(Qt::Vertical);
    split->addWidget(tokens_);
    split->addWidget(worst_);
    split->setStretchFactor(0, 3);
    split->setStretchFactor(1, 2);
    split->setChildrenCollapsible(false);
    auto* column = new QVBoxLayout(this);
    column->addWidget(controls);
    column->addWidget(note_);
    column->addWidget(split, 1);
}

void TextPanel::connect_services() {
    const auto runs_changed = [this] {
        if (isVisible()) follow_runs();
    };
    connect(&services_.runs, &RunStore::added, this, runs_changed);
    connect(&services_.runs, &RunStore::removed, this, runs_changed);
    connect(&services_.runs, &RunStore::changed, this, [this, runs_changed](int row) {
        if (services_.runs.at(row).state == RunState::finished) runs_changed();
    });
    connect(&services_.session, &Session::model_changed, this, [this] {
        if (isVisible()) follow_model();
    });
    connect(source_, &QComboBox::currentIndexChanged, this, &TextPanel::show_source);
    connect(open_, &QPushButton::clicked, this, &TextPanel::ask_for_file);
    connect(variant_, &QComboBox::currentIndexChanged, this, &TextPanel::show_costs);
    connect(cost_, &QComboBox::currentIndexChanged, this, &TextPanel::show_costs);
    connect(window_, &QSpinBox::valueChanged, this, &TextPanel::show_window);
    connect(worst_, &QTreeWidget::currentItemChanged, this, &TextPanel::show_passage);
    connect(&reading_, &Job::finished, this, [this](const Job::Value& value) {
        const auto source = std::static_pointer_cast<const Source>(value);
        std::erase_if(sources_, [&](const Source& other) {
            return other.run_id < 0 && other.name == source->name;
        });
        sources_.push_back(*source);
        follow_runs();
        source_->setCurrentIndex(source_->count() - 1);
    });
    connect(&reading_, &Job::failed, this, [this](const JobError& error) {
        error_ = error.text;
        refresh_note();
    });
    connect(&listing_, &Job::finished, this, [this](const Job::Value& value) {
        vocabulary_ = std::static_pointer_cast<const Vocabulary>(value);
        show_costs();
    });
}

void TextPanel::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    follow_model();
    follow_runs();
}

void TextPanel::ask_for_file() {
    const QString file =
        QFileDialog::getOpenFileName(this, tr("Open the costs of tokens"), {},
                                     tr("Costs of tokens (*.safetensors);;All files (*)"));
    if (!file.isEmpty()) open_file(file);
}

void TextPanel::open_file(const QString& file) {
    error_.clear();
    reading_.start([file](const Job::Reporter&, const std::stop_token&) -> Job::Value {
        return std::make_shared<const Source>(
            Source{QFileInfo(file).fileName(), -1,
                   std::make_shared<const TokenTable>(read_token_scores(file.toStdString()))});
    });
}

/// Keeps the files, and lists the runs before them.
void TextPanel::follow_runs() {
    std::vector<Source> sources;
    for (int row = 0; row < services_.runs.count(); ++row) {
        const Run& run = services_.runs.at(row);
        if (run.state == RunState::finished && run.tokens != nullptr) {
            sources.push_back(
                {QStringLiteral("%1, %2").arg(run_title(run), run.model_name), run.id, run.tokens});
        }
    }
    for (Source& source : sources_) {
        if (source.run_id < 0) sources.push_back(std::move(source));
    }
    sources_ = std::move(sources);
    const auto shown = std::ranges::find(sources_, table_, &Source::table);
    {
        const QSignalBlocker quiet(source_);
        source_->clear();
        for (const Source& source : sources_)
            source_->addItem(source.name);
        // What is new is looked at, as long as nothing else is.
        source_->setCurrentIndex(shown != sources_.end()
                                     ? static_cast<int>(shown - sources_.begin())
                                     : static_cast<int>(sources_.size()) - 1);
    }
    show_source();
}

void TextPanel::follow_model() {
    const auto model = services_.session.model();
    const void* config = model != nullptr ? &model->config() : nullptr;
    if (config == vocabulary_of_) return;
    vocabulary_of_ = config;
    vocabulary_.reset();
    if (model == nullptr) return listing_.abandon();
    listing_.start([checkpoint = model->checkpoint](const Job::Reporter&,
                                                    const std::stop_token&) -> Job::Value {
        return std::make_shared<const Vocabulary>(tokenizer_of(checkpoint)->token_texts());
    });
}

void TextPanel::show_source() {
    const int index = source_->currentIndex();
    const auto table = index < 0 ? nullptr : sources_[static_cast<std::size_t>(index)].table;
    if (table == table_ && table_ != nullptr) return;
    table_ = table;
    const bool open = table_ != nullptr;
    for (QWidget* widget : {static_cast<QWidget*>(source_), static_cast<QWidget*>(variant_),
                            static_cast<QWidget*>(cost_), static_cast<QWidget*>(window_)}) {
        widget->setEnabled(open);
    }
    const QSignalBlocker quiet_variant(variant_);
    const QSignalBlocker quiet_window(window_);
    variant_->clear();
    if (open) {
        for (std::size_t i = 1; i < table_->variants.size(); ++i)
            variant_->addItem(qstring(table_->variants[i].name));
        window_->setRange(1, static_cast<int>(table_->windows.size()));
        window_->setSuffix(tr(" of %1").arg(count_text(std::ssize(table_->windows))));
        window_->setValue(1);
    }
    variant_->parentWidget()->setVisible(variant_->count() > 1);  // with its label
    show_costs();
}

TokenCost TextPanel::cost() const {
    return static_cast<TokenCost>(cost_->currentData().toInt());
}

std::size_t TextPanel::variant() const {
    return static_cast<std::size_t>(std::max(0, variant_->currentIndex())) + 1;
}

QString TextPanel::token_text(std::int32_t id) const {
    const auto at = static_cast<std::size_t>(id);
    if (vocabulary_ == nullptr || at >= vocabulary_->size() || (*vocabulary_)[at].empty())
        return QStringLiteral("\u27e8%1\u27e9").arg(id);
    return qstring((*vocabulary_)[at]);
}

QString TextPanel::passage_text(const Passage& passage) const {
    QString text;
    const std::int64_t first =
        passage.row * table_->window + table_->first_scored + 1 + passage.first;
    for (std::int64_t i = 0; i < passage.count; ++i)
        text += token_text(table_->ids[static_cast<std::size_t>(first + i)]);
    return text.simplified();
}

void TextPanel::show_costs() {
    const QSignalBlocker quiet(worst_);
    worst_->clear();
    passages_.clear();
    const bool comparable = table_ != nullptr && variant() < table_->variants.size();
    if (comparable) {
        high_ = high_cost(*table_, variant(), cost());
        passages_ = worst_passages(*table_, variant(), cost(), kPassage, kMost);
        for (const Passage& passage : passages_) {
            auto* item =
                new QTreeWidgetItem(worst_, {nats(passage.mean), count_text(passage.row + 1),
                                             count_text(table_->first_scored + 1 + passage.first),
                                             passage_text(passage)});
            for (int column = 0; column < 3; ++column)
                item->setTextAlignment(column, Qt::AlignRight | Qt::AlignVCenter);
            item->setToolTip(3, item->text(3));
        }
        for (int column = 0; column < 3; ++column)
            worst_->resizeColumnToContents(column);
    }
    refresh_note();
    show_window();
}

void TextPanel::show_window() {
    if (table_ == nullptr || variant() >= table_->variants.size()) {
        tokens_->set_tokens({});
        tokens_->set_shades({});
        return;
    }
    const auto row = static_cast<std::size_t>(window_->value() - 1);
    const auto width = static_cast<std::size_t>(table_->window);
    const auto predictions = static_cast<std::size_t>(table_->predictions());
    const auto scored_from = static_cast<std::size_t>(table_->first_scored) + 1;
    QStringList tokens;
    std::vector<float> shades(width, 0.0F);
    for (std::size_t i = 0; i < width; ++i) {
        tokens << token_text(table_->ids[row * width + i]);
        if (i < scored_from) continue;
        const float cost_here =
            cost_of(*table_, variant(), cost(), row * predictions + i - scored_from);
        shades[i] = std::clamp(cost_here / high_, -1.0F, 1.0F);
    }
    tokens_->set_shades(std::move(shades));
    tokens_->set_tokens(tokens);
    tokens_->show_token(0);
}

void TextPanel::show_passage() {
    const int index = worst_->indexOfTopLevelItem(worst_->currentItem());
    if (index < 0) return;
    const Passage& passage = passages_[static_cast<std::size_t>(index)];
    window_->setValue(static_cast<int>(passage.row) + 1);
    const auto first = static_cast<int>(table_->first_scored + 1 + passage.first);
    tokens_->show_token(first + static_cast<int>(passage.count) - 1);
    tokens_->show_token(first);
    tokens_->choose(first);
}

QString TextPanel::tip_of(int token) const {
    if (table_ == nullptr || variant() >= table_->variants.size()) return {};
    const std::int64_t at = token - table_->first_scored - 1;
    if (at < 0) return tr("Token %1, not scored").arg(token);
    const auto index =
        static_cast<std::size_t>((window_->value() - 1) * table_->predictions() + at);
    const TokenTable::Variant& other = table_->variants[variant()];
    const QString same = other.same_top.empty()       ? QString()
                         : other.same_top[index] != 0 ? tr("The most likely token is the same.")
                                                      : tr("The most likely token is another.");
    return tr("Token %1: loss %2, of the original %3; KL divergence %4 nats")
               .arg(token)
               .arg(nats(other.nll[index]), nats(table_->variants.front().nll[index]),
                    nats(cost_of(*table_, variant(), TokenCost::kl, index))) +
           QLatin1Char('\n') + same;
}

void TextPanel::refresh_note() {
    if (!error_.isEmpty()) {
        note_->setText(error_);
    } else if (table_ == nullptr) {
        note_->setText(
            tr("Runs of this session appear here when they are finished, as long as the "
               "settings compare every prediction; or open a file of headscope evaluate "
               "--per_token."));
    } else {
        note_->setText(
            tr("Shaded by cost up to %1 nats, which 99 of 100 tokens do not exceed. Point at a "
               "token for its values; the list below has the worst passages.")
                .arg(nats(high_)));
    }
}

QString TextPanel::copy_text() const {
    if (table_ == nullptr) return {};
    QString text = QStringLiteral("mean_cost\twindow\ttoken\ttext\n");
    for (const Passage& passage : passages_) {
        text += QStringLiteral("%1\t%2\t%3\t%4\n")
                    .arg(QString::number(passage.mean, 'g', 8))
                    .arg(table_->windows[static_cast<std::size_t>(passage.row)])
                    .arg(table_->first_scored + 1 + passage.first)
                    .arg(passage_text(passage));
    }
    return text;
}

Panel make_text_panel(const PanelServices& services) {
    auto* panel = new TextPanel(services);
    Panel made{QStringLiteral("text"), TextPanel::tr("Text"), PanelArea::centre, panel};
    made.table = [panel] { return panel->copy_text(); };
    return made;
}

}  // namespace headscope::ui
