#pragma once

#include <QObject>
#include <QStringList>

#include "ui/runs/evaluations.h"
#include "ui/runs/run_store.h"
#include "ui/session/session.h"
#include "ui/window/model_opener.h"
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
    [[nodiscard]] ModelOpener& opener() { return opener_; }
    [[nodiscard]] SettingsStore& settings() { return settings_; }

    /// A model folder, a file of one, or a results file.
    void open(const QString& path);
    void open_demo();
    /// Adds results to the runs, and opens their model where it is still there and none is open.
    void open_results(const QStringList& paths);
    void close_model();
    /// What was open at the end of the last session.
    void restore_session();
    void keep_session();

  Q_SIGNALS:
    /// For the message bar: what happened, what to do, and the whole text.
    void failed(const QString& sentence, const QString& details);
    void recent_changed();

  private:
    void take_model(const std::shared_ptr<const OpenedModel>& model);

    SettingsStore& settings_;
    Session session_;
    RunStore runs_;
    Evaluations evaluations_;
    ModelOpener opener_;
    int layer_to_focus_ = 0;
};

}  // namespace headscope::ui
