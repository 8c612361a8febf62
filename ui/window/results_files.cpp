#include "ui/window/results_files.h"

#include <filesystem>
#include <set>

#include <QDir>
#include <QFileInfo>
#include <QObject>

#include "core/base/error.h"
#include "core/report/results.h"
#include "ui/style/text.h"

namespace headscope::ui {
namespace {

QString file_name_of(const Run& run) {
    return QString::fromStdString(results_file_name(run.threshold));
}

[[noreturn]] void refuse(const QString& text) {
    throw Error(ErrorCode::bad_input, text.toStdString());
}

}  // namespace

bool looks_like_results(const QString& path) {
    const QFileInfo file(path);
    if (!file.isFile() || file.suffix() != QStringLiteral("json")) return false;
    const QString name = file.fileName();
    static const QStringList kModelFiles = {
        QStringLiteral("config.json"),         QStringLiteral("generation_config.json"),
        QStringLiteral("tokenizer.json"),      QStringLiteral("tokenizer_config.json"),
        QStringLiteral("vocab.json"),          QStringLiteral("params.json"),
        QStringLiteral("added_tokens.json"),   QStringLiteral("special_tokens_map.json"),
        QStringLiteral("preprocessor_config.json")};
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
    }
    run.result = std::move(result);
    return run;
}

QStringList files_in_the_way(const QList<const Run*>& runs, const QString& folder) {
    QStringList files;
    for (const Run* run : runs) {
        const QString file = QDir(folder).filePath(file_name_of(*run));
        if (QFileInfo::exists(file)) files << file;
    }
    return files;
}

void save_results(const QList<const Run*>& runs, const QString& folder, bool replace) {
    std::set<QString> names;
    for (const Run* run : runs) {
        if (run->result == nullptr) {
            refuse(QObject::tr("Only finished runs have results to save."));
        }
        if (!names.insert(file_name_of(*run)).second) {
            refuse(QObject::tr("Two of these runs have the threshold %1 and would have the same "
                               "file name. Save them into different folders.")
                       .arg(threshold_text(run->threshold)));
        }
    }
    const QStringList in_the_way = files_in_the_way(runs, folder);
    if (!replace && !in_the_way.isEmpty()) {
        refuse(QObject::tr("%1 is there already. Choose another folder.").arg(in_the_way.front()));
    }
    if (!QDir().mkpath(folder)) refuse(QObject::tr("The folder %1 could not be created.").arg(folder));
    for (const Run* run : runs) write_result(folder.toStdString(), *run->result);
}

}  // namespace headscope::ui
