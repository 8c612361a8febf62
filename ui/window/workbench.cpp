#include "ui/window/workbench.h"

#include <QFileInfo>
#include <utility>

#include "core/base/error.h"
#include "core/base/locations.h"
#include "core/base/version.h"
#include "core/merging/merge_fields.h"
#include "core/refit/refit.h"
#include "ui/session/error_text.h"

namespace headscope::ui {
namespace {

/// A results file that was read, or why it could not be.
struct ReadResult {
    QString path;
    Run run;
    QString error;
};

ReadResult read_quietly(const QString& path) {
    try {
        return {path, run_from_file(path), {}};
    } catch (const Error& error) {
        return {path, {}, error_text(error)};
    }
}

/// What a search has scored must outlive the program, so that it can go on.
std::filesystem::path searches_beside(const std::filesystem::path& results_folder) {
    const std::filesystem::path folder = results_folder.empty()
                                             ? std::filesystem::temp_directory_path() / "headscope"
                                             : results_folder.parent_path();
    return folder / "searches";
}

}  // namespace

Workbench::Workbench(SettingsStore& settings, const std::filesystem::path& results_folder,
                     QObject* parent)
    : QObject(parent),
      settings_(settings),
      evaluations_(session_, runs_),
      measurer_(session_, evaluations_),
      measures_(session_, [this] { return compare_by_settings(); }),
      damage_(session_),
      heads_(session_, [this] { return head_settings(); }),
      second_(session_),
      search_(session_),
      searches_folder_(searches_beside(results_folder)),
      reading_(QStringLiteral("reading")),
      saving_(QStringLiteral("saving")),
      saving_image_(QStringLiteral("saving image")),
      exporting_(QStringLiteral("report")) {
    evaluations_.set_results_folder(results_folder);
    evaluations_.set_settings(settings_.evaluation());
    session_.choose(settings_.choices(), {});
    session_.undo_stack()->clear();
    // The opening needs the cores and the memory, and what runs would be of a model that goes.
    connect(&opener_, &ModelOpener::started, this, [this] {
        hold(true);
        measures_.cancel();
        damage_.cancel();
        heads_.cancel();
        second_.cancel();
        search_.cancel();
    });
    connect(&opener_, &ModelOpener::opened, this, &Workbench::take_model);
    connect(&opener_, &ModelOpener::cancelled, this, &Workbench::keep_model);
    connect(&opener_, &ModelOpener::failed, this, [this](const JobError& error) {
        keep_model();
        report(tr("Opening %1").arg(opener_.path()), error.text);
    });
    connect(&evaluations_, &Evaluations::failed, this,
            [this](const JobError& error) { report(tr("Evaluating"), error.text); });
    connect(&measurer_, &Measurer::failed, this,
            [this](const JobError& error) { report(tr("Measuring heads"), error.text); });
    connect(&evaluations_, &Evaluations::not_saved, this, [this](const QString& why) {
        Q_EMIT failed(tr("The results are in the table, but could not be written to the disk. Use "
                         "Save results to keep them."),
                      why);
    });
    connect(&evaluations_, &Evaluations::settings_changed, this,
            [this] { settings_.set_evaluation(evaluations_.settings()); });
    connect(&measures_, &MeasureStore::failed, this,
            [this](const JobError& error) { report(tr("Comparing heads"), error.text); });
    connect(&damage_, &DamageStore::failed, this,
            [this](const JobError& error) { report(tr("Measuring damage"), error.text); });
    connect(&heads_, &HeadStore::failed, this,
            [this](const JobError& error) { report(tr("Reading the attention"), error.text); });
    connect(&second_, &SecondModel::failed, this,
            [this](const JobError& error) { report(tr("Comparing two models"), error.text); });
    connect(&search_, &ThresholdSearch::failed, this,
            [this](const JobError& error) { report(tr("Finding thresholds"), error.text); });
    connect(&reading_, &Job::finished, this, &Workbench::take_results);
    connect(&saving_, &Job::finished, this, [this](const Job::Value& folder) {
        Q_EMIT results_saved(*std::static_pointer_cast<const QString>(folder));
    });
    connect(&saving_, &Job::failed, this,
            [this](const JobError& error) { report(tr("Saving results"), error.text); });
    connect(&saver_, &ModelSaver::failed, this,
            [this](const JobError& error) { report(tr("Saving the merged model"), error.text); });
    connect(&saving_image_, &Job::finished, this, [this](const Job::Value& path) {
        Q_EMIT image_saved(*std::static_pointer_cast<const QString>(path));
    });
    connect(&saving_image_, &Job::failed, this,
            [this](const JobError& error) { report(tr("Saving an image"), error.text); });
    connect(&exporting_, &Job::progressed, this, &Workbench::report_progressed);
    connect(&exporting_, &Job::finished, this, [this](const Job::Value& path) {
        Q_EMIT report_ended(*std::static_pointer_cast<const QString>(path));
    });
    connect(&exporting_, &Job::cancelled, this, [this] { Q_EMIT report_ended({}); });
    connect(&exporting_, &Job::failed, this, [this](const JobError& error) {
        Q_EMIT report_ended({});
        report(tr("Exporting a report"), error.text);
    });
}

MeasureStore::Compare Workbench::compare_by_settings() const {
    return [settings = evaluations_.settings(), shared = evaluations_.shared_model()](
               const OpenedModel& model, Measure measure, const ProgressFn& progress,
               const std::stop_token& stop) {
        const ModelFn load = [&] {
            return shared->get(model.checkpoint, settings.compute, progress, stop);
        };
        return measure_anew(model, {measure, model.measuring.calibration, settings.compute},
                            settings.compute, settings.text.corpus, load, progress, stop);
    };
}

HeadStore::Settings Workbench::head_settings() const {
    return {
        [compute = evaluations_.settings().compute, shared = evaluations_.shared_model()](
            const Checkpoint& checkpoint, const ProgressFn& progress, const std::stop_token& stop) {
            return shared->get(checkpoint, compute, progress, stop);
        },
        evaluations_.settings().text.corpus};
}

Workbench::~Workbench() {
    keep_session();
}

void Workbench::report(const QString& what, const QString& text) {
    Q_EMIT failed(text, what + QLatin1Char('\n') + text);
}

void Workbench::open(const QString& path) {
    const QString absolute = QFileInfo(path).absoluteFilePath();
    if (looks_like_results(absolute)) {
        open_results({absolute});
    } else {
        opener_.open(absolute, session_.choices().measure, {settings_.allow_unused_tensors()});
    }
}

void Workbench::open_all(const QStringList& paths) {
    QStringList results;
    QString model;
    for (const QString& path : paths) {
        if (looks_like_results(path)) {
            results << path;
        } else if (model.isEmpty()) {
            model = path;  // shards that follow are of the same model
        }
    }
    if (!results.isEmpty()) open_results(results);
    if (!model.isEmpty()) open(model);
}

void Workbench::allow_unused_tensors(bool allow) {
    if (allow == settings_.allow_unused_tensors()) return;
    settings_.set_allow_unused_tensors(allow);
    const auto& model = session_.model();
    if (model != nullptr && !model->checkpoint.unused_tensors().empty())
        open(QString::fromStdString(model->checkpoint.path().string()));
}

void Workbench::open_demo() {
    try {
        open(QString::fromStdString(demo_model_dir().string()));
    } catch (const Error& error) {
        report(tr("Opening the demo model"), error_text(error));
    }
}

void Workbench::open_results(const QStringList& paths) {
    read_results(paths, true);
}

void Workbench::read_results(const QStringList& paths, bool with_model) {
    open_model_of_results_ = with_model;
    for (const QString& path : paths)
        results_to_read_ << QFileInfo(path).absoluteFilePath();
    if (!reading_.running()) read_next_results();
}

void Workbench::read_next_results() {
    if (results_to_read_.isEmpty()) return;
    reading_.start([path = results_to_read_.takeFirst()](const Job::Reporter&,
                                                         const std::stop_token&) -> Job::Value {
        return std::make_shared<const ReadResult>(read_quietly(path));
    });
}

void Workbench::take_results(const Job::Value& value) {
    const auto read = std::static_pointer_cast<const ReadResult>(value);
    bool known = false;
    for (int row = 0; row < runs_.count(); ++row)
        known = known || runs_.at(row).file == read->path;
    if (!read->error.isEmpty()) {
        report(tr("Opening %1").arg(read->path), read->error);
    } else if (!known) {
        runs_.add(read->run);
        const QString& model = read->run.model_path;
        if (open_model_of_results_ && !session_.model() && !opener_.opening() &&
            QFileInfo::exists(model)) {
            open(model);
        }
    }
    read_next_results();
}

void Workbench::save_results(const Results& results, const QString& folder) {
    saving_.start([results, folder](const Job::Reporter&, const std::stop_token&) -> Job::Value {
        headscope::ui::save_results(results, folder, true);
        return std::make_shared<const QString>(folder);
    });
}

void Workbench::save_model(const QString& folder, bool compact, bool replace,
                           const SavedFormat& format) {
    const auto& model = session_.model();
    if (!model || saver_.saving()) return;
    ExportParams params;
    params.plan = session_.plan();
    params.measure = model->measure;
    params.calibration = model->calibration;
    if (params.plan.rule.needs_calibration()) params.calibration = model->figures->record;
    params.output_dir = folder.toStdString();
    params.format = format.format;
    params.type = format.type;
    params.compact = compact;
    params.force = replace;
    params.program_version = kVersion;
    ModelSaver::Refit refit;
    if (params.plan.rule.refit.refit != Refit::none) {
        refit = [checkpoint = model->checkpoint, heads = head_settings(),
                 text = session_.choices().calibration](MergePlan& plan, const ProgressFn& progress,
                                                        const std::stop_token& stop) {
            const CalibrationText calibration =
                prepare_calibration(checkpoint, text, heads.corpus, cache_dir(), stop);
            refit_plans(heads.load(checkpoint, progress, stop), calibration.windows, {&plan},
                        progress, stop);
        };
    }
    saver_.save(model, params, refit);
}

void Workbench::save_image(const DrawnImage& image) {
    saving_image_.start([image](const Job::Reporter&, const std::stop_token&) -> Job::Value {
        write_image(image);
        return std::make_shared<const QString>(image.path);
    });
}

void Workbench::export_report(const ReportRequest& request) {
    exporting_.start(
        [this, request](const Job::Reporter& reporter, const std::stop_token& stop) -> Job::Value {
            headscope::ui::export_report(request, drawn_by(*this, stop), reporter.progress, stop);
            return std::make_shared<const QString>(QString::fromStdString(request.file.string()));
        });
}

void Workbench::cancel_report() {
    exporting_.cancel();
}

WorkParams Workbench::work() const {
    WorkParams work;
    work.model_path = session_.model()->checkpoint.path();
    work.text = evaluations_.settings().text;
    work.calibration = session_.choices().calibration;
    if (session_.rule().needs_calibration())
        work.merge_calibration = session_.model()->figures->layers;
    work.compute = evaluations_.settings().compute;
    work.cache_dir = cache_dir();
    work.program_version = kVersion;
    return work;
}

SearchParams Workbench::search_params() const {
    const OpenedModel& model = *session_.model();
    const Choices& choices = session_.choices();
    SearchParams params;
    params.work = work();
    for (int layer = 0; layer < model.layers(); ++layer) {
        if (session_.included(layer)) params.work.layers.push_back(layer);
    }
    params.work.rule = without_whole_plan(session_.rule());
    params.work.calibration = choices.calibration;
    params.measure = choices.measure;
    params.output_dir = searches_folder_ / model.name();
    params.by_settings = true;
    return params;
}

void Workbench::close_model() {
    opener_.cancel();
    session_.set_model(nullptr);
    settings_.set_last_model({});
}

void Workbench::take_model(const std::shared_ptr<const OpenedModel>& model) {
    session_.set_model(model);
    session_.focus_layer(std::exchange(layer_to_focus_, 0));
    settings_.add_recent(QString::fromStdString(model->checkpoint.path().string()));
    Q_EMIT recent_changed();
    hold(false);
    QStringList notes;
    for (const std::string& note : model->checkpoint.notes())
        notes << QString::fromStdString(note);
    if (!notes.isEmpty()) Q_EMIT noted(notes.join(QLatin1Char('\n')));
}

void Workbench::hold(bool held) {
    evaluations_.hold(held);
    measurer_.hold(held);
}

void Workbench::keep_model() {
    layer_to_focus_ = 0;
    hold(false);
}

void Workbench::restore_runs() {
    QStringList there;
    for (const QString& file : settings_.run_files()) {
        (QFileInfo::exists(file) ? there : missing_runs_) << file;
    }
    read_results(there, false);
}

void Workbench::restore_model() {
    const QString model = settings_.last_model();
    if (model.isEmpty() || !QFileInfo::exists(model)) return;
    layer_to_focus_ = settings_.last_layer();
    open(model);
}

void Workbench::keep_session() {
    // While a model is being opened, or could not be, the last one stays the one to come back to.
    if (const auto& model = session_.model()) {
        settings_.set_last_model(QString::fromStdString(model->checkpoint.path().string()));
        settings_.set_last_layer(session_.focused_layer());
    }
    settings_.set_choices(session_.choices());
    QStringList files = missing_runs_;
    for (int row = 0; row < runs_.count(); ++row) {
        if (!runs_.at(row).file.isEmpty()) files << runs_.at(row).file;
    }
    settings_.set_run_files(files + results_to_read_);
}

}  // namespace headscope::ui
