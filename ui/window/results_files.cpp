#include "ui/window/results_files.h"

#include <QDir>
#include <QFileInfo>
#include <QObject>
#include <filesystem>
#include <set>

#include "core/base/error.h"
#include "core/report/results.h"
#include "ui/style/text.h"

namespace headscope::ui {
namespace {

QString file_name_of(const Result& result) {
    return QString::fromStdString(results_file_name(result));
}

/// The calibration text of a result; nothing where it was the user's own, which its manifest does
/// not say where to find.
std::optional<CalibrationOptions> calibration_of(const CalibrationRecord& record) {
    if (record.corpus_name != kShippedCalibration) return std::nullopt;
    return CalibrationOptions{{}, record.windows};
}

/// What the user would choose to get this result again; nothing where its manifest holds names that
/// this version does not know, or does not say enough.
std::optional<Choices> choices_of(const Result& result) {
    try {
        const RunSettings& settings = result.manifest->settings;
        Choices choices;
        if (result.plan.layer_thresholds) {
            choices.select_by = SelectBy::per_layer;
            choices.layer_thresholds = *result.plan.layer_thresholds;
        } else {
            choices.threshold = result.threshold;
        }
        choices.grouping = settings.rule.grouping;
        choices.kv_policy = settings.rule.kv_policy;
        choices.align = settings.rule.align;
        choices.weights = settings.rule.weights;
        choices.rescale = settings.rule.rescale;
        choices.representative = settings.rule.representative;
        choices.refit = settings.rule.refit;
        choices.merged_groups = settings.rule.groups;
        choices.excluded_heads = head_refs(settings.rule.excluded);
        // Heads that an order chose are those that the plan has.
        for (const LayerPlan& layer : result.plan.layers) {
            for (const int head : layer.merge.removed)
                choices.removed_heads.insert({layer.layer, head});
        }
        if (choices.removed_heads.empty())
            choices.removed_heads = head_refs(settings.rule.removal.heads);
        choices.measure = parse_measure(settings.measure);
        if (settings.calibration) {
            const auto calibration = calibration_of(*settings.calibration);
            if (!calibration) return std::nullopt;
            choices.calibration = *calibration;
        }
        const int layers = settings.layers.empty() ? 0 : settings.layers.back() + 1;
        for (int layer = 0; layer < layers; ++layer)
            choices.excluded_layers.insert(layer);
        for (const int layer : settings.layers)
            choices.excluded_layers.erase(layer);
        return choices;
    } catch (const Error&) {
        return std::nullopt;
    }
}

std::optional<EvaluationSettings> settings_of(const RunSettings& settings) {
    try {
        EvaluationSettings evaluation;
        evaluation.text.protocol = parse_protocol(settings.protocol);
        evaluation.text.window = settings.window;
        evaluation.text.max_windows = settings.windows;
        evaluation.compute.dtype = settings.dtype;
        return evaluation;
    } catch (const Error&) {
        return std::nullopt;
    }
}

[[noreturn]] void refuse(const QString& text) {
    throw Error(ErrorCode::bad_input, text.toStdString());
}

}  // namespace

bool looks_like_results(const QString& path) {
    const QFileInfo file(path);
    if (!file.isFile() || file.suffix() != QStringLiteral("json")) return false;
    const QString name = file.fileName();
    static const QStringList kModelFiles = {QStringLiteral("config.json"),
                                            QStringLiteral("generation_config.json"),
                                            QStringLiteral("tokenizer.json"),
                                            QStringLiteral("tokenizer_config.json"),
                                            QStringLiteral("vocab.json"),
                                            QStringLiteral("params.json"),
                                            QStringLiteral("added_tokens.json"),
                                            QStringLiteral("special_tokens_map.json"),
                                            QStringLiteral("preprocessor_config.json"),
                                            QStringLiteral("headscope_manifest.json")};
    return !kModelFiles.contains(name) && !name.endsWith(QStringLiteral(".index.json"));
}

Run run_from_file(const QString& path) {
    Run run;
    auto result = std::make_shared<const Result>(read_result(path.toStdString()));
    run.state = RunState::finished;
    run.file = QFileInfo(path).absoluteFilePath();
    run.threshold = result->threshold;
    run.plan = result->plan;
    run.summary = result->summary;
    run.original = result->original;
    run.merged = result->merged;
    run.change = result->change;
    if (result->manifest) {
        run.model_path = QString::fromStdString(result->manifest->model_path);
        run.model_name = QFileInfo(QDir::cleanPath(run.model_path)).fileName();
        run.seconds = result->manifest->duration_seconds;
        run.choices = choices_of(*result);
        run.settings = settings_of(result->manifest->settings);
    }
    run.training = result->plan.distillation;
    run.result = std::move(result);
    return run;
}

void require_different_names(const Results& results) {
    std::set<QString> names;
    for (const auto& result : results) {
        if (names.insert(file_name_of(*result)).second) continue;
        if (result->plan.layer_thresholds) {
            refuse(
                QObject::tr("Two of these runs have the same threshold for each layer and would "
                            "have the same file name. Save them into different folders."));
        }
        refuse(QObject::tr("Two of these runs have the threshold %1 and would have the same file "
                           "name. Save them into different folders.")
                   .arg(threshold_text(result->threshold)));
    }
}

QStringList files_in_the_way(const Results& results, const QString& folder) {
    QStringList files;
    for (const auto& result : results) {
        const QString file = QDir(folder).filePath(file_name_of(*result));
        if (QFileInfo::exists(file)) files << file;
    }
    return files;
}

void save_results(const Results& results, const QString& folder, bool replace) {
    require_different_names(results);
    const QStringList in_the_way = files_in_the_way(results, folder);
    if (!replace && !in_the_way.isEmpty()) {
        refuse(QObject::tr("%1 is there already. Choose another folder.").arg(in_the_way.front()));
    }
    if (!QDir().mkpath(folder)) {
        refuse(QObject::tr("The folder %1 could not be created.").arg(folder));
    }
    for (const auto& result : results)
        write_result(folder.toStdString(), *result);
}

}  // namespace headscope::ui
