#include "ui/attention/attention_panel.h"

#include <QCheckBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScopedValueRollback>
#include <QSettings>
#include <QSpinBox>
#include <QSplitter>
#include <QTabWidget>
#include <QVBoxLayout>
#include <algorithm>
#include <numeric>
#include <utility>

#include <qcustomplot.h>

#include "ui/attention/passage_list.h"
#include "ui/attention/token_view.h"
#include "ui/heads/head_store.h"
#include "ui/style/flow_layout.h"
#include "ui/style/follow_style.h"
#include "ui/style/plot_copy.h"

namespace headscope::ui {
namespace {

const QString kTextKey = QStringLiteral("attention/text");

using Pictures = std::vector<std::shared_ptr<const HeadPicture>>;

QString head_name(HeadRef head) {
    return AttentionPanel::tr("Layer %1, head %2").arg(head.layer).arg(head.head);
}

QString facts_of(const HeadPicture& picture) {
    const std::vector<double>& entropy = picture.profile.entropy;
    const double mean = entropy.empty() ? 0.0
                                        : std::accumulate(entropy.begin(), entropy.end(), 0.0) /
                                              static_cast<double>(entropy.size());
    const QLocale locale;
    return AttentionPanel::tr("%1: first token %2\u00a0%, token before %3\u00a0%, entropy %4 nats")
        .arg(picture.name, locale.toString(picture.profile.first_token * 100.0, 'f', 1),
             locale.toString(picture.profile.previous_token * 100.0, 'f', 1),
             locale.toString(mean, 'f', 2));
}

}  // namespace

AttentionPanel::AttentionPanel(const PanelServices& services, QWidget* parent)
    : QWidget(parent),
      services_(services),
      sources_(new QTabWidget),
      text_(new QPlainTextEdit),
      read_(new QPushButton(tr("Read the text"))),
      passages_(new PassageList(services.heads)),
      note_(new QLabel),
      second_(new QCheckBox(tr("Second head:"))),
      tokens_(new TokenView),
      plot_(new QCustomPlot),
      plots_(std::make_unique<AttentionPlots>(*plot_)),
      facts_(new QLabel),
      drawing_(QStringLiteral("attention plots")) {
    make_sources();
    text_->setPlainText(
        tr("When Mary and John went to the store, John gave a drink to Mary. When Mary and John "
           "went to the park, John gave a flower to Mary."));
    text_->setAccessibleName(tr("Text"));
    text_->setTabChangesFocus(true);
    note_->setWordWrap(true);
    facts_->setWordWrap(true);
    plot_->setMinimumSize(280, 16 * fontMetrics().height());
    auto* controls = new QWidget;
    auto* row = new FlowLayout(controls);
    row->setContentsMargins({});
    for (std::size_t i = 0; i < choices_.size(); ++i) {
        choices_[i] = {new QSpinBox, new QSpinBox};
        choices_[i].layer->setPrefix(tr("layer "));
        choices_[i].head->setPrefix(tr("head "));
        choices_[i].layer->setAccessibleName(tr("Layer"));
        choices_[i].head->setAccessibleName(tr("Head"));
        if (i == 0) {
            row->addWidget(new QLabel(tr("Head:")));
        } else {
            row->addWidget(second_);
        }
        row->addWidget(choices_[i].layer);
        row->addWidget(choices_[i].head);
    }
    auto* split = new QSplitter(Qt::Vertical);
    split->addWidget(tokens_);
    split->addWidget(plot_);
    split->setStretchFactor(0, 2);
    split->setStretchFactor(1, 3);
    split->setChildrenCollapsible(false);
    auto* column = new QVBoxLayout(this);
    column->addWidget(sources_);
    column->addWidget(controls);
    column->addWidget(note_);
    column->addWidget(split, 1);
    column->addWidget(facts_);
    add_copy_action(*this, *plot_, [this] { return copy_text(); });
    follow_style(*plot_, [this] {
        plots_->restyle();
        plot_->replot(QCustomPlot::rpQueuedReplot);
    });
    connect_services();
    follow_store();
    follow_selection();
}

AttentionPanel::~AttentionPanel() = default;

/// As high as a few lines of either: what is below them is what is looked at.
void AttentionPanel::make_sources() {
    auto* typed = new QWidget;
    auto* row = new QHBoxLayout(typed);
    const int margin = fontMetrics().height() / 4;
    row->setContentsMargins(margin, margin, margin, margin);
    row->addWidget(text_, 1);
    row->addWidget(read_, 0, Qt::AlignTop);
    sources_->setObjectName(QStringLiteral("attention_sources"));
    sources_->setDocumentMode(true);
    sources_->addTab(typed, tr("Text"));
    sources_->addTab(passages_, tr("Passages"));
    sources_->setTabToolTip(1, tr("The passages of the calibration text that activate the first "
                                  "head most"));
    const auto fit_height = [this](int page) {
        constexpr int kLines[] = {5, 11};
        sources_->setFixedHeight(sources_->tabBar()->sizeHint().height() +
                                 kLines[page] * fontMetrics().lineSpacing());
    };
    connect(sources_, &QTabWidget::currentChanged, this, fit_height);
    fit_height(0);
}

void AttentionPanel::connect_services() {
    connect(read_, &QPushButton::clicked, this, &AttentionPanel::read);
    connect(passages_, &PassageList::passage_chosen, this, &AttentionPanel::read_passage);
    connect(tokens_, &TokenView::token_chosen, this, &AttentionPanel::refresh_row);
    connect(second_, &QCheckBox::toggled, this, &AttentionPanel::choose_heads);
    for (const Choice& choice : choices_) {
        connect(choice.layer, &QSpinBox::valueChanged, this, &AttentionPanel::choose_heads);
        connect(choice.head, &QSpinBox::valueChanged, this, &AttentionPanel::choose_heads);
    }
    connect(&services_.heads, &HeadStore::changed, this, &AttentionPanel::follow_store);
    connect(&services_.session, &Session::model_changed, this, &AttentionPanel::follow_selection);
    connect(&services_.session, &Session::selection_changed, this,
            &AttentionPanel::follow_selection);
    connect(&drawing_, &Job::finished, this, [this](const Job::Value& value) {
        const auto pictures = std::static_pointer_cast<const Pictures>(value);
        QStringList facts;
        for (const auto& picture : *pictures)
            facts << facts_of(*picture);
        facts_->setText(facts.join(QLatin1Char('\n')));
        plots_->show(*pictures);
        plot_->replot(QCustomPlot::rpQueuedReplot);
    });
}

void AttentionPanel::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    follow_store();
    follow_selection();
}

void AttentionPanel::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    plots_->restyle();  // in one row or two
    plot_->replot(QCustomPlot::rpQueuedReplot);
}

void AttentionPanel::read() {
    services_.heads.read_text(text_->toPlainText(), head(0).layer);
}

void AttentionPanel::read_passage(const HeadPassage& passage) {
    text_->setPlainText(
        services_.heads.passages()->text(passage.sequence, 0, passage.first + passage.count));
    services_.heads.read_passage(passage, head(0).layer);
}

HeadRef AttentionPanel::head(int index) const {
    const Choice& choice = choices_[static_cast<std::size_t>(index)];
    return {choice.layer->value(), choice.head->value()};
}

int AttentionPanel::shown_heads() const {
    return second_->isChecked() ? 2 : 1;
}

void AttentionPanel::set_head(int index, HeadRef head) {
    const Choice& choice = choices_[static_cast<std::size_t>(index)];
    choice.layer->setValue(head.layer);
    choice.head->setValue(head.head);
}

void AttentionPanel::follow_selection() {
    const auto& model = services_.session.model();
    setEnabled(model != nullptr);
    if (model == nullptr || !isVisible()) return;
    {
        const QScopedValueRollback guard(following_, true);
        for (const Choice& choice : choices_) {
            choice.layer->setMaximum(model->layers() - 1);
            choice.head->setMaximum(static_cast<int>(model->config().most_heads().heads) - 1);
        }
        const std::set<HeadRef>& selected = services_.session.selected();
        if (!selected.empty()) set_head(0, *selected.begin());
        if (selected.size() == 2) set_head(1, *selected.rbegin());
        if (!selected.empty() && selected.size() <= 2) second_->setChecked(selected.size() == 2);
    }
    refresh();
}

void AttentionPanel::choose_heads() {
    for (const Choice& choice : choices_) {
        const bool enabled = &choice == &choices_[0] || second_->isChecked();
        choice.layer->setEnabled(enabled);
        choice.head->setEnabled(enabled);
    }
    if (following_) return;
    if (second_->isChecked() && head(0) == head(1)) {
        // A head beside itself says nothing: the next one.
        const QScopedValueRollback guard(following_, true);
        QSpinBox& box = *choices_[1].head;
        box.setValue(box.value() < box.maximum() ? box.value() + 1 : box.minimum());
    }
    std::set<HeadRef> heads = {head(0)};
    if (second_->isChecked()) heads.insert(head(1));
    services_.session.select(heads, head(0));
    refresh();
}

void AttentionPanel::follow_store() {
    if (!isVisible()) return;
    const auto& read = services_.heads.read();
    if (read.get() != shown_text_) {
        shown_text_ = read.get();
        QStringList tokens;
        if (read != nullptr) {
            for (const std::string& text : read->words.texts)
                tokens << QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
        }
        tokens_->set_tokens(tokens);
        if (read != nullptr) tokens_->keep(read->token);
    }
    read_->setEnabled(!services_.heads.reading());
    passages_->refresh();
    refresh();
}

void AttentionPanel::refresh() {
    const auto& read = services_.heads.read();
    QString note;
    if (services_.heads.reading()) {
        note = tr("The model reads the text.");
    } else if (read == nullptr) {
        note =
            tr("Type a text and press \"Read the text\". The model reads it once; then every head "
               "of every "
               "layer can be looked at.");
    } else if (read->layer(head(0).layer) == nullptr) {
        note =
            tr("The attention of this layer is not kept for a text this long. Read it again to "
               "look at this layer.");
    } else {
        note = tr("Point at a token to see what it attends to; click to keep it.");
    }
    note_->setText(note);
    for (const Choice& choice : choices_) {
        const auto& model = services_.session.model();
        if (model == nullptr) continue;
        const int layer = choice.layer->value();
        const QScopedValueRollback guard(following_, true);
        if (layer < model->layers())
            choice.head->setMaximum(static_cast<int>(model->config().heads_of(layer).heads) - 1);
    }
    passages_->show_head(head(0));
    refresh_row();
    draw_pictures();
}

void AttentionPanel::draw_pictures() {
    const auto read = services_.heads.read();
    if (read == nullptr) {
        drawing_.abandon();
        plots_->show({});
        facts_->clear();
        plot_->replot(QCustomPlot::rpQueuedReplot);
        return;
    }
    std::vector<std::pair<HeadRef, QString>> heads;
    for (int i = 0; i < shown_heads(); ++i)
        heads.emplace_back(head(i), head_name(head(i)));
    drawing_.start([read, heads](const Job::Reporter&, const std::stop_token& stop) -> Job::Value {
        auto pictures = std::make_shared<Pictures>();
        for (const auto& [head, name] : heads) {
            throw_if_stopped(stop);
            const LayerAttention* layer = read->layer(head.layer);
            if (layer != nullptr && head.head < layer->heads) {
                pictures->push_back(
                    std::make_shared<const HeadPicture>(picture_of(*layer, head.head, name)));
            }
        }
        return pictures;
    });
}

std::vector<float> AttentionPanel::row_of(int index) const {
    const auto& read = services_.heads.read();
    const HeadRef wanted = head(index);
    const LayerAttention* layer = read != nullptr ? read->layer(wanted.layer) : nullptr;
    const int token = tokens_->chosen();
    if (layer == nullptr || wanted.head >= layer->heads || token < 0 || token >= layer->tokens())
        return {};
    return layer->row(wanted.head, token);
}

void AttentionPanel::refresh_row() {
    tokens_->set_shares(row_of(0), shown_heads() > 1 ? row_of(1) : std::vector<float>());
}

QString AttentionPanel::copy_text() const {
    const auto& read = services_.heads.read();
    if (read == nullptr) return {};
    QString text = QStringLiteral("token\ttext");
    std::vector<std::vector<float>> rows;
    for (int i = 0; i < shown_heads(); ++i) {
        text += QStringLiteral("\tlayer %1 head %2").arg(head(i).layer).arg(head(i).head);
        rows.push_back(row_of(i));
    }
    text += QLatin1Char('\n');
    for (int token = 0; token <= tokens_->chosen(); ++token) {
        const auto at = static_cast<std::size_t>(token);
        QString piece = QString::fromStdString(read->words.texts[at]);
        piece.replace(QLatin1Char('\t'), QLatin1Char(' '))
            .replace(QLatin1Char('\n'), QLatin1Char(' '));
        text += QStringLiteral("%1\t%2").arg(token).arg(piece);
        for (const auto& row : rows)
            text += QLatin1Char('\t') +
                    (at < row.size() ? QString::number(row[at], 'g', 6) : QString());
        text += QLatin1Char('\n');
    }
    return text;
}

void AttentionPanel::save_state(QSettings& settings) const {
    settings.setValue(kTextKey, text_->toPlainText());
}

void AttentionPanel::restore_state(const QSettings& settings) {
    const QString text = settings.value(kTextKey).toString();
    if (!text.isEmpty()) text_->setPlainText(text);
}

Panel make_attention_panel(const PanelServices& services) {
    auto* panel = new AttentionPanel(services);
    Panel made{QStringLiteral("attention"), AttentionPanel::tr("Attention"), PanelArea::centre,
               panel};
    made.plot = [panel] { return &panel->plot(); };
    made.table = [panel] { return panel->copy_text(); };
    made.save_state = [panel](QSettings& settings) { panel->save_state(settings); };
    made.restore_state = [panel](const QSettings& settings) { panel->restore_state(settings); };
    return made;
}

}  // namespace headscope::ui
