#pragma once

#include <QObject>
#include <QStringList>

#include "ui/charts/report_export.h"
#include "ui/difference/second_model.h"
#include "ui/heads/head_store.h"
#include "ui/measures/damage_store.h"
#include "ui/measures/measure_store.h"
#include "ui/runs/evaluations.h"
#include "ui/runs/measurer.h"
#include "ui/runs/run_store.h"
#include "ui/search/threshold_search.h"
#include "ui/session/session.h"
#include "ui/window/image_export.h"
#include "ui/window/model_opener.h"
#include "ui/window/model_saver.h"
#include "ui/window/results_files.h"
#include "ui/window/settings_store.h"

namespace headscope::ui {

/// All that is behind the window. It outlives the window, which is made anew when the language
/// changes, and works without one.
class Workbench : public QObject {
    Q_OBJECT

  public:
    /// `results_folder`: where results of finished runs are kept; empty: nowhere. Those of searches
    /// are kept beside it.
    Workbench(SettingsStore& settings, const std::filesystem::path& results_folder,
              QObject* parent = nullptr);
    /// Keeps the session and ends what runs.
    ~Workbench() override;

    [[nodiscard]] Session& session() { return session_; }
    [[nodiscard]] RunStore& runs() { return runs_; }
    [[nodiscard]] Evaluations& evaluations() { return evaluations_; }
    [[nodiscard]] MeasureStore& measures() { return measures_; }
    [[nodiscard]] SecondModel& second() { return second_; }
    [[nodiscard]] HeadStore& heads() { return heads_; }
    [[nodiscard]] DamageStore& damage() { return damage_; }
    [[nodiscard]] ThresholdSearch& search() { return search_; }
    /// The open model with the settings of evaluations, for searches.
    [[nodiscard]] WorkParams work() const;
    /// A search for thresholds with the session's choices.
    [[nodiscard]] SearchParams search_params() const;
    [[nodiscard]] ModelOpener& opener() { return opener_; }
    [[nodiscard]] ModelSaver& saver() { return saver_; }
    [[nodiscard]] Measurer& measurer() { return measurer_; }
    [[nodiscard]] SettingsStore& settings() { return settings_; }

    /// A model folder, a file of one, or a results file.
    void open(const QString& path);
    /// What was dropped together: results files, and one model, be it as several of its shards.
    void open_all(const QStringList& paths);
    /// Whether models run though their files hold tensors that they do not use. The open model is
    /// opened again where it has some.
    void allow_unused_tensors(bool allow);
    void open_demo();
    /// Adds results to the runs, in the background, and opens their model where it is still there
    /// and none is open. Files that are in the table already are left out.
    void open_results(const QStringList& paths);
    /// Writes results into a folder in the background; results_saved or failed follows.
    void save_results(const Results& results, const QString& folder);
    /// Writes the model under the present plan into a folder in the background; `replace`: also
    /// into one that is not empty. The saver tells how it goes, and failed why it could not.
    void save_model(const QString& folder, bool compact, bool replace,
                    const SavedFormat& format = {});
    /// Writes an image in the background; image_saved or failed follows.
    void save_image(const DrawnImage& image);
    /// Makes a report and writes it, in the background but for the drawing; report_progressed and
    /// report_ended follow, or failed. One at a time: the one before is cancelled.
    void export_report(const ReportRequest& request);
    void cancel_report();
    [[nodiscard]] bool exporting_report() const { return exporting_.running(); }
    /// The next session begins without it.
    void close_model();

    /// The runs, and the model, of the last session.
    void restore_runs();
    void restore_model();
    void keep_session();

  Q_SIGNALS:
    /// For the message bar: what happened, what to do, and the whole text.
    void failed(const QString& sentence, const QString& details);
    void results_saved(const QString& folder);
    void image_saved(const QString& path);
    void report_progressed(const headscope::Progress& progress);
    /// Written to `path`; that is empty where the report was cancelled or failed.
    void report_ended(const QString& path);
    void recent_changed();
    /// What people should know of the model that was opened.
    void noted(const QString& text);

  private:
    /// Files to read; `with_model`: the model of the first may be opened.
    void read_results(const QStringList& paths, bool with_model);
    void read_next_results();
    /// Compares heads with the settings of evaluations, and the model that these have loaded.
    [[nodiscard]] MeasureStore::Compare compare_by_settings() const;
    [[nodiscard]] HeadStore::Settings head_settings() const;
    void take_results(const Job::Value& value);
    void take_model(const std::shared_ptr<const OpenedModel>& model);
    /// The other model was not opened.
    void keep_model();
    void hold(bool held);
    void report(const QString& what, const QString& text);

    SettingsStore& settings_;
    Session session_;
    RunStore runs_;
    Evaluations evaluations_;
    Measurer measurer_;
    MeasureStore measures_;
    DamageStore damage_;
    HeadStore heads_;
    SecondModel second_;
    ThresholdSearch search_;
    std::filesystem::path searches_folder_;
    ModelOpener opener_;
    ModelSaver saver_;
    QStringList results_to_read_;
    QStringList missing_runs_;  ///< of the last session; they may come back
    bool open_model_of_results_ = false;
    int layer_to_focus_ = 0;
    Job reading_;
    Job saving_;
    Job saving_image_;
    Job exporting_;
};

}  // namespace headscope::ui
