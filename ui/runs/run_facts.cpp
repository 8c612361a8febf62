#include "ui/runs/run_facts.h"

#include <QCoreApplication>
#include <string_view>

#include "core/evaluation/protocol.h"
#include "core/merging/grouping.h"
#include "core/merging/kv_policy.h"
#include "core/similarity/layer_list.h"
#include "ui/style/text.h"

namespace headscope::ui {
namespace {

/// "auto" says what was asked for, not what it became.
QString unless_auto(const std::string& name) {
    return name == "auto" ? QString() : QString::fromStdString(name);
}

void take(RunFacts& facts, const RunSettings& settings) {
    facts.measure = QString::fromStdString(settings.measure);
    if (const auto& calibration = settings.calibration) {
        facts.measure += QStringLiteral(" (%1 \u00d7 %2, %3)")
                             .arg(calibration->windows)
                             .arg(calibration->window)
                             .arg(QString::fromStdString(calibration->corpus_name));
    }
    facts.grouping = qstring(name_of(settings.rule.grouping));
    facts.kv_policy = qstring(name_of(settings.rule.kv_policy));
    facts.align = qstring(name_of(settings.rule.align));
    facts.weights = qstring(name_of(settings.rule.weights));
    facts.rescale = settings.rule.rescale;
    facts.representative = qstring(name_of(settings.rule.representative));
    facts.merged_heads = qstring(groups_text(settings.rule.groups));
    facts.removed_heads = qstring(removal_text(settings.rule.removal));
    facts.excluded_heads = qstring(heads_text(settings.rule.excluded));
    if (settings.rule.refit.refit != Refit::none) {
        const RefitRule& refit = settings.rule.refit;
        facts.refit = QStringLiteral("%1, %2").arg(qstring(name_of(refit.refit)),
                                                   qstring(name_of(refit.target)));
        if (refit.layers != RefitLayers::changed)
            facts.refit += QStringLiteral(", %1 layers").arg(qstring(name_of(refit.layers)));
        if (refit.distill > 0) facts.refit += QStringLiteral(", distill %1").arg(refit.distill);
        if (refit.distill_rate != RefitRule().distill_rate)
            facts.refit += QStringLiteral(", rate %1").arg(refit.distill_rate);
    }
    facts.layers = settings.layers;
    facts.layers_known = true;
    facts.protocol = QString::fromStdString(settings.protocol);
    facts.window = settings.window;
    facts.windows = settings.windows;
    facts.bos_rule = QString::fromStdString(settings.bos_rule);
    facts.corpus = QString::fromStdString(settings.corpus_name);
    facts.corpus_sha256 = QString::fromStdString(settings.corpus_sha256);
    facts.tokenizer_fingerprint = QString::fromStdString(settings.tokenizer_fingerprint);
    facts.tokens = settings.token_count;
    facts.dtype = QString::fromStdString(settings.dtype);
    facts.device = QString::fromStdString(settings.device);
    facts.model_fingerprint = QString::fromStdString(settings.model_fingerprint);
}

void take(RunFacts& facts, const Manifest& manifest) {
    take(facts, manifest.settings);
    facts.started = QString::fromStdString(manifest.started);
    facts.duration = manifest.duration_seconds;
    facts.evaluated_together = manifest.evaluated_together;
    facts.program_version = QString::fromStdString(manifest.program_version);
}

/// A run without a manifest: of another program's file only its layers and metrics are known.
void take_settings(RunFacts& facts, const Run& run) {
    if (run.settings) {
        const TextOptions& text = run.settings->text;
        facts.protocol = qstring(name_of(text.protocol));
        facts.window = text.window;
        facts.windows = text.max_windows;
        facts.corpus = text.corpus.empty()
                           ? QStringLiteral("wikitext-2 test")
                           : QString::fromStdString(text.corpus.filename().string());
        facts.dtype = unless_auto(run.settings->compute.dtype);
        facts.device = unless_auto(run.settings->compute.device);
    }
    if (run.choices) facts.measure = qstring(name_of(run.choices->measure));
    if (run.choices || run.settings) {
        facts.grouping = qstring(name_of(run.plan.rule.grouping));
        facts.kv_policy = qstring(name_of(run.plan.rule.kv_policy));
        facts.align = qstring(name_of(run.plan.rule.align));
        facts.weights = qstring(name_of(run.plan.rule.weights));
        facts.rescale = run.plan.rule.rescale;
    }
    if (run.progress.unit == "windows" && run.progress.total > 0) {
        facts.windows = run.progress.total;
    }
    for (const LayerPlan& layer : run.plan.layers)
        facts.layers.push_back(layer.layer);
    facts.layers_known = !facts.layers.empty();
    if (run.seconds > 0.0) facts.duration = run.seconds;
}

/// All that decides whether runs compare, in one text: also what has no name in a legend. Empty
/// where the settings are not known.
QString settings_text(const Run& run) {
    const RunSettings* settings = nullptr;
    if (run.resolved) settings = &*run.resolved;
    if (run.result && run.result->manifest) settings = &run.result->manifest->settings;
    QString text;
    if (settings == nullptr) return text;
    for (const SettingRole role : {SettingRole::evaluation, SettingRole::merging}) {
        for (const Setting& setting : settings_of(*settings, role))
            text += QString::fromStdString(setting.key + '=' + setting.text + '\n');
    }
    return text;
}

}  // namespace

RunFacts facts_of(const Run& run) {
    RunFacts facts;
    if (run.result && run.result->manifest) {
        take(facts, *run.result->manifest);
    } else {
        take_settings(facts, run);
        if (run.resolved) take(facts, *run.resolved);
    }
    return facts;
}

QString layers_text(const std::vector<int>& layers) {
    return QString::fromStdString(headscope::layers_text(layers));
}

std::vector<ComparableSetting> comparable_settings(const Run& run) {
    const RunFacts facts = facts_of(run);
    const auto plain = [](const QString& name) { return ComparableSetting{name, name}; };
    const QString model =
        facts.model_fingerprint.isEmpty() ? run.model_path : facts.model_fingerprint;
    const QString layers = layers_text(facts.layers);
    const bool rescale = facts.rescale.value_or(false);
    const auto shown = [](const char* text, const QString& value) {
        return QCoreApplication::translate("headscope::ui::RunFacts", text).arg(value);
    };
    const auto named = [&shown](const char* text, const QString& value) {
        return ComparableSetting{value, value.isEmpty() ? QString() : shown(text, value)};
    };
    return {
        {model, run.model_name},
        plain(facts.protocol),
        {QString::number(facts.window),
         shown(QT_TRANSLATE_NOOP("headscope::ui::RunFacts", "window %1"),
               count_text(facts.window))},
        {QString::number(facts.windows),
         shown(QT_TRANSLATE_NOOP("headscope::ui::RunFacts", "%1 windows"),
               count_text(facts.windows))},
        {facts.corpus_sha256, facts.corpus},
        plain(facts.dtype),
        {layers, shown(QT_TRANSLATE_NOOP("headscope::ui::RunFacts", "layers %1"), layers)},
        named(QT_TRANSLATE_NOOP("headscope::ui::RunFacts", "without heads %1"),
              facts.excluded_heads),
        named(QT_TRANSLATE_NOOP("headscope::ui::RunFacts", "removed %1"), facts.removed_heads),
        named(QT_TRANSLATE_NOOP("headscope::ui::RunFacts", "merged %1"), facts.merged_heads),
        named(QT_TRANSLATE_NOOP("headscope::ui::RunFacts", "refit %1"), facts.refit),
        {facts.representative, QStringLiteral("representative ") + facts.representative},
        plain(facts.grouping),
        plain(facts.kv_policy),
        {facts.align, QStringLiteral("align ") + facts.align},
        {facts.weights, QStringLiteral("weights ") + facts.weights},
        {QString::number(rescale ? 1 : 0), rescale ? QStringLiteral("rescale") : QString()},
        plain(facts.measure),
        {settings_text(run), QString()},
    };
}

}  // namespace headscope::ui
