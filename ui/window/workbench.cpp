#include "ui/window/workbench.h"

#include <utility>

#include <QFileInfo>

#include "core/base/error.h"
#include "core/base/locations.h"
#include "ui/window/results_files.h"

namespace headscope::ui {

Workbench::Workbench(SettingsStore& settings, const std::filesystem::path& results_folder,
                     QObject* parent)
    : QObject(parent), settings_(settings), evaluations_(session_, runs_) {
    evaluations_.set_results_folder(results_folder);
    evaluations_.set_settings(settings_.evaluation());
    session_.choose(settings_.choices(), {});
    session_.undo_stack()->clear();
    connect(&opener_, &ModelOpener::opened, this, &Workbench::take_model);
    connect(&opener_, &ModelOpener::failed, this, [this](const JobError& error) {
        Q_EMIT failed(error.text, tr("Opening %1\n%2").arg(opener_.path(), error.text));
    });
    connect(&evaluations_, &Evaluations::failed, this,
            [this](const JobError& error) { Q_EMIT failed(error.text, error.text); });
    connect(&evaluations_, &Evaluations::not_saved, this, [this](const QString& why) {
        Q_EMIT failed(tr("The results are in the table, but could not be written to the disk. Use "
                         "Save results to keep them."),
                      why);
    });
    connect(&evaluations_, &Evaluations::settings_changed, this,
            [this] { settings_.set_evaluation(evaluations_.settings()); });
}

Workbench::~Workbench() {
    keep_session();
}

void Workbench::open(const QString& path) {
    if (looks_like_results(path)) {
        open_results({path});
    } else {
        opener_.open(path);
    }
}

void Workbench::open_demo() {
    try {
        open(QString::fromStdString(demo_model_dir().string()));
    } catch (const Error& error) {
        Q_EMIT failed(QString::fromUtf8(error.what()), QString::fromUtf8(error.what()));
    }
}

void Workbench::open_results(const QStringList& paths) {
    for (const QString& path : paths) {
        try {
            Run run = run_from_file(path);
            const QString model = run.model_path;
            runs_.add(std::move(run));
            if (!session_.model() && !opener_.opening() && QFileInfo::exists(model)) open(model);
        } catch (const Error& error) {
            Q_EMIT failed(QString::fromUtf8(error.what()),
                          tr("Opening %1\n%2").arg(path, QString::fromUtf8(error.what())));
        }
    }
}

void Workbench::close_model() {
    opener_.cancel();
    session_.set_model(nullptr);
}

void Workbench::take_model(const std::shared_ptr<const OpenedModel>& model) {
    session_.set_model(model);
    session_.focus_layer(std::exchange(layer_to_focus_, 0));
    settings_.add_recent(QString::fromStdString(model->checkpoint.directory().string()));
    Q_EMIT recent_changed();
}

void Workbench::restore_session() {
    const QString model = settings_.last_model();
    if (!model.isEmpty() && QFileInfo::exists(model)) {
        layer_to_focus_ = settings_.last_layer();
        open(model);
    }
    QStringList files = settings_.run_files();
    files.removeIf([](const QString& file) { return !QFileInfo::exists(file); });
    open_results(files);
}

void Workbench::keep_session() {
    const auto& model = session_.model();
    settings_.set_last_model(
        model ? QString::fromStdString(model->checkpoint.directory().string()) : QString());
    settings_.set_last_layer(session_.focused_layer());
    settings_.set_choices(session_.choices());
    QStringList files;
    for (int row = 0; row < runs_.count(); ++row) {
        if (!runs_.at(row).file.isEmpty()) files << runs_.at(row).file;
    }
    settings_.set_run_files(files);
}

}  // namespace headscope::ui
