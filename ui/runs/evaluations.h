#pragma once

#include <QObject>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "ui/runs/evaluation_clock.h"
#include "ui/runs/evaluation_workplace.h"
#include "ui/runs/live_estimator.h"
#include "ui/runs/run_store.h"
#include "ui/session/job.h"
#include "ui/session/session.h"

namespace headscope::ui {

/// Evaluates what the session has planned: runs one after the other, and between them the live
/// estimate. Lives on the GUI thread; the work is done on a Job's.
class Evaluations : public QObject {
    Q_OBJECT

  public:
    Evaluations(Session& session, RunStore& runs, QObject* parent = nullptr);
    /// Ends what runs, within one micro-batch.
    ~Evaluations() override;

    /// The loaded model, for others who need it.
    [[nodiscard]] const std::shared_ptr<SharedModel>& shared_model() const { return shared_; }

    [[nodiscard]] const EvaluationSettings& settings() const { return settings_; }
    void set_settings(const EvaluationSettings& settings);

    /// Results of finished runs are written into a new folder below this one, so that none is lost;
    /// empty: they are only kept in memory.
    void set_results_folder(const std::filesystem::path& folder) { results_folder_ = folder; }

    /// Queues one run with the present choices, or one for each threshold; those are evaluated
    /// together. Returns the ids of the runs. Needs an open model.
    std::vector<int> start();
    std::vector<int> start_sweep(const std::vector<double>& thresholds);

    /// Ends a queued or running run. Runs that are evaluated together end together.
    void cancel(int run_id);
    /// Ends all runs.
    void cancel_all();
    /// True while runs are queued or running.
    [[nodiscard]] bool busy() const { return current_.has_value() || !queue_.empty(); }

    /// While held, which ends all runs, nothing is evaluated: another model is being opened. Runs
    /// that are started wait; an estimate begins again afterwards.
    void hold(bool held);

    [[nodiscard]] bool live_estimate_on() const { return live_.on(); }
    void set_live_estimate(bool on) { live_.set_on(on); }
    [[nodiscard]] const LiveEstimate& live_estimate() const { return live_.estimate(); }

    /// Where and in what the loaded model computes ("cpu, float32"); empty while none is loaded.
    [[nodiscard]] const QString& device_text() const { return device_text_; }

  Q_SIGNALS:
    void settings_changed();
    void busy_changed(bool busy);
    /// What the running runs do, once for all that are evaluated together.
    void progressed(const headscope::Progress& progress);
    void live_estimate_changed();
    void device_changed();
    void run_finished(int run_id);
    /// Runs, or the live estimate, failed.
    void failed(const headscope::ui::JobError& error);
    /// Results could not be written; they are in the store all the same.
    void not_saved(const QString& why);

  private:
    /// Runs that are evaluated together.
    struct Batch {
        std::vector<int> ids;
        EvaluationRequest request;
    };
    /// What the job is doing now. A live estimate first loads the model, which the user's changes
    /// of mind do not interrupt.
    enum class Work { none, runs, load, live };
    /// What has to be loaded for a request.
    struct LoadKey {
        std::shared_ptr<const OpenedModel> model;
        EvaluationSettings settings;
        bool operator==(const LoadKey&) const = default;
    };

    std::vector<int> start_runs(const std::vector<Thresholds>& all);
    [[nodiscard]] EvaluationRequest request(std::vector<Thresholds> thresholds) const;
    [[nodiscard]] LoadKey load_key() const { return {session_.model(), settings_}; }
    [[nodiscard]] std::filesystem::path new_results_folder() const;
    void next();
    void start_job(Work work, EvaluationRequest request);
    void abandon_estimate();
    void model_changed();
    /// Gives the memory of a model that was closed back, once nothing uses it.
    void release_if_closed();
    void plan_changed();
    void begin_live();
    void job_finished(const Job::Value& value);
    void job_failed(const JobError& error);
    void show_progress(const Progress& progress);
    void show_update(const EvaluationUpdate& update);
    void take_results(const EvaluationOutcome& outcome);
    void end_batch(RunState state, const QString& error);
    void set_device(const QString& device);

    Session& session_;
    RunStore& runs_;
    EvaluationSettings settings_;
    std::filesystem::path results_folder_;
    std::shared_ptr<const OpenedModel> opened_;  ///< as of the last change of the model
    std::shared_ptr<SharedModel> shared_;
    std::shared_ptr<EvaluationWorkplace> workplace_;  ///< only touched on the job's thread
    std::deque<Batch> queue_;
    std::optional<Batch> current_;
    Work work_ = Work::none;
    LoadKey loading_;        ///< of the job that loads, or did last
    LoadKey loaded_;         ///< what is known to be loaded
    EvaluationClock clock_;  ///< of the current batch
    bool held_ = false;
    LiveEstimator live_;
    QString device_text_;
    Job job_;
};

}  // namespace headscope::ui
