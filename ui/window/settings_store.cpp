#include "ui/window/settings_store.h"

#include <algorithm>

#include "core/base/error.h"
#include "ui/style/text.h"

namespace headscope::ui {
namespace {

constexpr int kMostRecent = 10;
constexpr int kLastSelectBy = static_cast<int>(SelectBy::per_layer);

/// What a name in the settings means; the default where it means nothing (any more).
template <typename Value, typename Parse>
Value parsed(const QVariant& stored, Value fallback, Parse parse) {
    try {
        return stored.isValid() ? parse(stored.toString().toStdString()) : fallback;
    } catch (const Error&) {
        return fallback;
    }
}

template <typename Number>
Number clamped(const QVariant& stored, Number fallback, Number low, Number high) {
    bool ok = false;
    const double value = stored.toDouble(&ok);
    if (!ok || !(value >= static_cast<double>(low) && value <= static_cast<double>(high))) {
        return fallback;
    }
    return static_cast<Number>(value);
}

}  // namespace

SettingsStore::SettingsStore() = default;

SettingsStore::SettingsStore(const QString& file) : settings_(file, QSettings::IniFormat) {}

QStringList SettingsStore::recent() const {
    return settings_.value(QStringLiteral("recent")).toStringList();
}

void SettingsStore::add_recent(const QString& path) {
    QStringList paths = recent();
    paths.removeAll(path);
    paths.prepend(path);
    settings_.setValue(QStringLiteral("recent"), paths.mid(0, kMostRecent));
}

void SettingsStore::forget_recent(const QString& path) {
    QStringList paths = recent();
    paths.removeAll(path);
    settings_.setValue(QStringLiteral("recent"), paths);
}

QString SettingsStore::last_model() const {
    return settings_.value(QStringLiteral("session/model")).toString();
}

void SettingsStore::set_last_model(const QString& path) {
    settings_.setValue(QStringLiteral("session/model"), path);
}

int SettingsStore::last_layer() const {
    return settings_.value(QStringLiteral("session/layer")).toInt();
}

void SettingsStore::set_last_layer(int layer) {
    settings_.setValue(QStringLiteral("session/layer"), layer);
}

QStringList SettingsStore::run_files() const {
    return settings_.value(QStringLiteral("session/runs")).toStringList();
}

void SettingsStore::set_run_files(const QStringList& files) {
    settings_.setValue(QStringLiteral("session/runs"), files);
}

Choices SettingsStore::choices() const {
    settings_.beginGroup(QStringLiteral("choices"));
    Choices choices;
    const auto value = [this](const char* key) { return settings_.value(QLatin1String(key)); };
    choices.measure = parsed(value("measure"), choices.measure, parse_measure);
    choices.calibration.file = value("calibration").toString().toStdString();
    choices.calibration.windows =
        clamped(value("calibration_windows"), CalibrationOptions::kDefaultWindows, std::int64_t{0},
                std::int64_t{1} << 40);
    choices.select_by = static_cast<SelectBy>(clamped(value("select_by"), 0, 0, kLastSelectBy));
    choices.threshold = clamped(value("threshold"), choices.threshold, -1.0, 1.0);
    choices.percentile = clamped(value("percentile"), choices.percentile, 0.0, 100.0);
    choices.closest = clamped(value("closest"), choices.closest, 0, 100'000'000);
    choices.layer_thresholds =
        parsed(value("layer_thresholds"), LayerThresholds(), parse_layer_thresholds);
    if (choices.select_by == SelectBy::per_layer && choices.layer_thresholds.empty())
        choices.select_by = Choices().select_by;
    const QStringList excluded = value("excluded_layers").toStringList();
    for (const QString& entry : excluded) {
        bool ok = false;
        const int layer = entry.toInt(&ok);
        if (ok && layer >= 0) choices.excluded_layers.insert(layer);
    }
    choices.grouping = parsed(value("grouping"), choices.grouping, parse_grouping);
    choices.kv_policy = parsed(value("kv_policy"), choices.kv_policy, parse_kv_policy);
    choices.align = parsed(value("align"), choices.align, parse_alignment);
    choices.weights = parsed(value("weights"), choices.weights, parse_mean_weights);
    choices.rescale = value("rescale").toString() == QStringLiteral("true");
    choices.representative =
        parsed(value("representative"), choices.representative, parse_representative);
    choices.refit.refit = parsed(value("refit"), choices.refit.refit, parse_refit);
    choices.refit.target = parsed(value("refit_target"), choices.refit.target, parse_refit_target);
    choices.refit.layers = parsed(value("refit_layers"), choices.refit.layers, parse_refit_layers);
    choices.refit.distill = parsed(value("distill"), choices.refit.distill, parse_distill_steps);
    choices.refit.distill_rate =
        parsed(value("distill_rate"), choices.refit.distill_rate, parse_distill_rate);
    if (choices.refit.refit == Refit::none) choices.refit.distill = 0;
    settings_.endGroup();
    return choices;
}

void SettingsStore::set_choices(const Choices& choices) {
    settings_.beginGroup(QStringLiteral("choices"));
    const auto set = [this](const char* key, const QVariant& value) {
        settings_.setValue(QLatin1String(key), value);
    };
    set("measure", qstring(name_of(choices.measure)));
    set("calibration", QString::fromStdString(choices.calibration.file.string()));
    set("calibration_windows", static_cast<qlonglong>(choices.calibration.windows));
    set("select_by", static_cast<int>(choices.select_by));
    set("threshold", choices.threshold);
    set("percentile", choices.percentile);
    set("closest", choices.closest);
    set("layer_thresholds",
        QString::fromStdString(layer_thresholds_text(choices.layer_thresholds)));
    QStringList excluded;
    for (const int layer : choices.excluded_layers)
        excluded << QString::number(layer);
    set("excluded_layers", excluded);
    set("grouping", qstring(name_of(choices.grouping)));
    set("kv_policy", qstring(name_of(choices.kv_policy)));
    set("align", qstring(name_of(choices.align)));
    set("weights", qstring(name_of(choices.weights)));
    set("rescale", choices.rescale);
    set("representative", qstring(name_of(choices.representative)));
    set("refit", qstring(name_of(choices.refit.refit)));
    set("refit_target", qstring(name_of(choices.refit.target)));
    set("refit_layers", qstring(name_of(choices.refit.layers)));
    set("distill", QString::number(choices.refit.distill));
    set("distill_rate", choices.refit.distill_rate);
    settings_.endGroup();
}

EvaluationSettings SettingsStore::evaluation() const {
    settings_.beginGroup(QStringLiteral("evaluation"));
    EvaluationSettings evaluation;
    const auto value = [this](const char* key) { return settings_.value(QLatin1String(key)); };
    constexpr std::int64_t kMost = std::int64_t{1} << 40;
    TextOptions& text_options = evaluation.text;
    text_options.corpus = value("corpus").toString().toStdString();
    text_options.protocol = parsed(value("protocol"), text_options.protocol, parse_protocol);
    text_options.window = clamped<std::int64_t>(value("window"), 0, 0, kMost);
    text_options.max_windows = clamped<std::int64_t>(value("max_windows"), 0, 0, kMost);
    evaluation.compute.device =
        settings_.value(QStringLiteral("device"), QStringLiteral("auto")).toString().toStdString();
    evaluation.compute.dtype =
        settings_.value(QStringLiteral("dtype"), QStringLiteral("auto")).toString().toStdString();
    evaluation.compute.threads = clamped(value("threads"), 0, 0, 4096);
    evaluation.divergence =
        settings_.value(QStringLiteral("divergence"), true).toString() == QStringLiteral("true");
    settings_.endGroup();
    return evaluation;
}

void SettingsStore::set_evaluation(const EvaluationSettings& evaluation) {
    settings_.beginGroup(QStringLiteral("evaluation"));
    const auto set = [this](const char* key, const QVariant& value) {
        settings_.setValue(QLatin1String(key), value);
    };
    set("corpus", QString::fromStdString(evaluation.text.corpus.string()));
    set("protocol", qstring(name_of(evaluation.text.protocol)));
    set("window", static_cast<qlonglong>(evaluation.text.window));
    set("max_windows", static_cast<qlonglong>(evaluation.text.max_windows));
    set("device", QString::fromStdString(evaluation.compute.device));
    set("dtype", QString::fromStdString(evaluation.compute.dtype));
    set("threads", evaluation.compute.threads);
    set("divergence", evaluation.divergence);
    settings_.endGroup();
}

Appearance SettingsStore::appearance() const {
    return static_cast<Appearance>(clamped(settings_.value(QStringLiteral("appearance")), 0, 0, 2));
}

void SettingsStore::set_appearance(Appearance appearance) {
    settings_.setValue(QStringLiteral("appearance"), static_cast<int>(appearance));
}

QString SettingsStore::language() const {
    return settings_.value(QStringLiteral("language")).toString();
}

void SettingsStore::set_language(const QString& language) {
    settings_.setValue(QStringLiteral("language"), language);
}

bool SettingsStore::tour_closed() const {
    return settings_.value(QStringLiteral("window/tour_closed")).toString() ==
           QStringLiteral("true");
}

void SettingsStore::set_tour_closed(bool closed) {
    settings_.setValue(QStringLiteral("window/tour_closed"), closed);
}

bool SettingsStore::allow_unused_tensors() const {
    return settings_.value(QStringLiteral("allow_unused_tensors")).toString() ==
           QStringLiteral("true");
}

void SettingsStore::set_allow_unused_tensors(bool allow) {
    settings_.setValue(QStringLiteral("allow_unused_tensors"), allow);
}

}  // namespace headscope::ui
