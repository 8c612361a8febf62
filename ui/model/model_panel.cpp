#include "ui/model/model_panel.h"

#include <QDir>
#include <QFile>
#include <QHeaderView>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>
#include <QTreeWidget>
#include <QVBoxLayout>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/checkpoint/survey.h"
#include "core/evaluation/prepare.h"
#include "core/export/export.h"
#include "core/tokenizer/tokenizer.h"
#include "ui/session/error_text.h"
#include "ui/session/session.h"
#include "ui/style/text.h"

namespace headscope::ui {
namespace {

using Facts = std::vector<std::pair<QString, QString>>;

QString heads_text(const ModelConfig& config) {
    if (config.layer_heads.empty()) {
        return ModelPanel::tr("%1 heads and %2 KV heads a layer, of %3 dimensions")
            .arg(count_text(config.num_attention_heads), count_text(config.num_key_value_heads),
                 count_text(config.head_dim));
    }
    QStringList layers;
    for (const HeadCounts& layer : config.layer_heads)
        layers << QStringLiteral("%1/%2").arg(layer.heads).arg(layer.kv_heads);
    return ModelPanel::tr("heads/KV heads by layer: %1").arg(layers.join(QLatin1Char(' ')));
}

void add_config(const ModelConfig& config, Facts& facts) {
    facts.emplace_back(ModelPanel::tr("Architecture"), qstring(config.model_type));
    facts.emplace_back(ModelPanel::tr("Layers"), count_text(config.num_hidden_layers));
    facts.emplace_back(ModelPanel::tr("Attention"), heads_text(config));
    facts.emplace_back(ModelPanel::tr("Hidden size"), count_text(config.hidden_size));
    facts.emplace_back(ModelPanel::tr("Feed-forward size"), count_text(config.intermediate_size));
    facts.emplace_back(
        ModelPanel::tr("Vocabulary"),
        config.tie_word_embeddings
            ? ModelPanel::tr("%1, embeddings tied").arg(count_text(config.vocab_size))
            : count_text(config.vocab_size));
    facts.emplace_back(ModelPanel::tr("Context"),
                       ModelPanel::tr("%1 tokens").arg(count_text(config.longest_window())));
}

QString tokenizer_text(const Checkpoint& checkpoint) {
    try {
        const auto tokenizer = tokenizer_of(checkpoint);
        return QStringLiteral("%1, %2").arg(qstring(tokenizer->kind()),
                                            count_text(tokenizer->vocabulary_size()));
    } catch (const Error& error) {
        return error_text(error);
    }
}

/// What lies in the files and is not used, and what was taken otherwise than the config says.
void add_notes(const Checkpoint& checkpoint, Facts& facts) {
    for (const std::string& note : checkpoint.notes())
        facts.emplace_back(ModelPanel::tr("Note"), qstring(note));
    for (const std::string& name : checkpoint.unused_tensors())
        facts.emplace_back(ModelPanel::tr("Unused tensor"), qstring(name));
}

/// What Headscope did to a model that it wrote: the plain values of its manifest, under their keys.
void add_manifest(const std::filesystem::path& directory, Facts& facts) {
    QFile file(QString::fromStdString((directory / kExportManifest).string()));
    if (!file.open(QIODevice::ReadOnly)) return;
    const QJsonObject manifest = QJsonDocument::fromJson(file.readAll()).object();
    const auto add = [&facts](const QString& key, const QJsonValue& value) {
        const QString text = value.toVariant().toString();
        if (!text.isEmpty()) facts.emplace_back(ModelPanel::tr("Written with %1").arg(key), text);
    };
    for (auto entry = manifest.begin(); entry != manifest.end(); ++entry) {
        if (entry.key() == QStringLiteral("summary")) {
            const QJsonObject summary = entry.value().toObject();
            for (auto value = summary.begin(); value != summary.end(); ++value)
                add(value.key(), value.value());
        } else {
            add(entry.key(), entry.value());
        }
    }
}

Facts look_at(const Checkpoint& checkpoint) {
    Facts facts;
    const std::filesystem::path& directory = checkpoint.directory();
    const ModelSurvey survey = survey_model(checkpoint.path());
    facts.emplace_back(
        ModelPanel::tr("Folder"),
        QDir::toNativeSeparators(QString::fromStdString(checkpoint.path().string())));
    facts.emplace_back(ModelPanel::tr("Layout"), qstring(survey.kind));
    add_config(checkpoint.config(), facts);
    facts.emplace_back(ModelPanel::tr("Parameters"), count_text(survey.parameters));
    facts.emplace_back(ModelPanel::tr("Weights"), bytes_text(survey.bytes));
    QStringList dtypes;
    for (const auto& [dtype, count] : survey.tensors_of_dtype)
        dtypes << QStringLiteral("%1 (%2)").arg(qstring(dtype), count_text(count));
    facts.emplace_back(ModelPanel::tr("Tensors by type"), dtypes.join(QStringLiteral(", ")));
    for (const auto& [path, bytes] : survey.files) {
        facts.emplace_back(
            ModelPanel::tr("File"),
            QStringLiteral("%1, %2").arg(qstring(path.filename().string()), bytes_text(bytes)));
    }
    facts.emplace_back(ModelPanel::tr("Tokenizer"), tokenizer_text(checkpoint));
    add_notes(checkpoint, facts);
    add_manifest(directory, facts);
    return facts;
}

}  // namespace

ModelPanel::ModelPanel(const PanelServices& services, QWidget* parent)
    : QWidget(parent),
      session_(services.session),
      facts_(new QTreeWidget),
      empty_(new QLabel(tr("No model is open."))),
      looking_(QStringLiteral("model")) {
    facts_->setHeaderLabels({tr("What"), tr("Value")});
    facts_->setRootIsDecorated(false);
    facts_->setAlternatingRowColors(true);
    facts_->setAccessibleName(tr("Facts of the model"));
    facts_->header()->setSectionResizeMode(0, QHeaderView::ResizeToContents);
    empty_->setAlignment(Qt::AlignCenter);
    auto* column = new QVBoxLayout(this);
    column->addWidget(empty_);
    column->addWidget(facts_, 1);
    connect(&session_, &Session::model_changed, this, &ModelPanel::follow_model);
    connect(&looking_, &Job::finished, this, [this](const Job::Value& value) {
        facts_->clear();
        for (const auto& [name, text] : *std::static_pointer_cast<const Facts>(value)) {
            auto* item = new QTreeWidgetItem(facts_, {name, text});
            item->setToolTip(1, text);
        }
    });
    follow_model();
}

void ModelPanel::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    follow_model();
}

void ModelPanel::follow_model() {
    const auto& model = session_.model();
    empty_->setVisible(model == nullptr);
    facts_->setVisible(model != nullptr);
    if (!isVisible() || model == shown_) return;
    const bool same = same_checkpoint(shown_.get(), model.get());
    shown_ = model;
    if (same) return;
    facts_->clear();
    if (model == nullptr) return looking_.abandon();
    looking_.start([model](const Job::Reporter&, const std::stop_token&) -> Job::Value {
        return std::make_shared<const Facts>(look_at(model->checkpoint));
    });
}

QString ModelPanel::copy_text() const {
    QString text;
    for (int row = 0; row < facts_->topLevelItemCount(); ++row) {
        const QTreeWidgetItem& item = *facts_->topLevelItem(row);
        text += item.text(0) + QLatin1Char('\t') + item.text(1) + QLatin1Char('\n');
    }
    return text;
}

Panel make_model_panel(const PanelServices& services) {
    auto* panel = new ModelPanel(services);
    Panel made{QStringLiteral("model"), ModelPanel::tr("Model"), PanelArea::centre, panel};
    made.table = [panel] { return panel->copy_text(); };
    return made;
}

}  // namespace headscope::ui
