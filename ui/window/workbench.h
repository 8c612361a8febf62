#pragma once

#include <QObject>
#include <QStringList>

#include "ui/measures/damage_store.h"
#include "ui/measures/measure_store.h"
#include "ui/runs/evaluations.h"
#include "ui/runs/run_store.h"
#include "ui/session/session.h"
#include "ui/window/image_export.h"
#include "ui/window/model_opener.h"
#include "ui/window/results_files.h"
#include "ui/window/settings_store.h"

namespace headscope::ui {

/// All that is behind the window. It outlives the window, which is made anew when the language
/// changes, and works without one.
class Workbench : public QObject {
    Q_OBJECT

  public:
    /// `results_folder`: where results of finished runs are kept; empty: nowhere.
    Workbench(SettingsStore& settings, const std::filesystem::path& results_folder,
              QObject* parent = nullptr);
    /// Keeps the session and ends what runs.
    ~Workbench() override;

    [[nodiscard]] Session& session() { return session_; }
    [[nodiscard]] RunStore& runs() { return runs_; }
    [[nodiscard]] Evaluations& evaluations() { return evaluations_; }
    [[nodiscard]] MeasureStore& measures() { return measures_; }
    [[nodiscard]] DamageStore& damage() { return damage_; }
    /// The open model with the settings of evaluations, for searches.
    [[nodiscard]] WorkParams work() const;
    [[nodiscard]] ModelOpener& opener() { return opener_; }
    [[nodiscard]] SettingsStore& settings() { return settings_; }

    /// A model folder, a file of one, or a results file.
    void open(const QString& path);
    void open_demo();
    /// Adds results to the runs, in the background, and opens their model where it is still there
    /// and none is open. Files that are in the table already are left out.
    void open_results(const QStringList& paths);
    /// Writes results into a folder in the background; results_saved or failed follows.
    void save_results(const Results& results, const QString& folder);
    /// Writes an image in the background; image_saved or failed follows.
    void save_image(const DrawnImage& image);
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
    void recent_changed();

  private:
    /// Files to read; `with_model`: the model of the first may be opened.
    void read_results(const QStringList& paths, bool with_model);
    void read_next_results();
    void take_results(const Job::Value& value);
    void take_model(const std::shared_ptr<const OpenedModel>& model);
    /// The other model was not opened.
    void keep_model();
    void report(const QString& what, const QString& text);

    SettingsStore& settings_;
    Session session_;
    RunStore runs_;
    Evaluations evaluations_;
    MeasureStore measures_;
    DamageStore damage_;
    ModelOpener opener_;
    QStringList results_to_read_;
    QStringList missing_runs_;  ///< of the last session; they may come back
    bool open_model_of_results_ = false;
    int layer_to_focus_ = 0;
    Job reading_;
    Job saving_;
    Job saving_image_;
};

}  // namespace headscope::ui
