#pragma once

#include <QSettings>
#include <QString>
#include <QStringList>
#include <optional>

#include "ui/runs/run.h"
#include "ui/session/choices.h"

namespace headscope::ui {

/// How the window looks.
enum class Appearance { system, light, dark };

/// What is kept from one start to the next.
class SettingsStore {
  public:
    /// Of the user, or in an ini file of its own (for tests).
    SettingsStore();
    explicit SettingsStore(const QString& file);

    /// For the panels' own save_state() and restore_state().
    [[nodiscard]] QSettings& settings() { return settings_; }

    /// The newest first; at most ten.
    [[nodiscard]] QStringList recent() const;
    void add_recent(const QString& path);
    void forget_recent(const QString& path);

    /// The model that was open at the end of the last session; empty where none was.
    [[nodiscard]] QString last_model() const;
    void set_last_model(const QString& path);
    [[nodiscard]] int last_layer() const;
    void set_last_layer(int layer);

    /// The results files that were in the table of runs.
    [[nodiscard]] QStringList run_files() const;
    void set_run_files(const QStringList& files);

    /// Missing or damaged entries have their defaults.
    [[nodiscard]] Choices choices() const;
    void set_choices(const Choices& choices);
    [[nodiscard]] EvaluationSettings evaluation() const;
    void set_evaluation(const EvaluationSettings& evaluation);

    [[nodiscard]] Appearance appearance() const;
    void set_appearance(Appearance appearance);
    /// "en", "ru"; empty: the system's.
    [[nodiscard]] QString language() const;
    void set_language(const QString& language);

    /// Whether the user closed the guided tour.
    [[nodiscard]] bool tour_closed() const;
    void set_tour_closed(bool closed);

    [[nodiscard]] bool allow_unused_tensors() const;
    void set_allow_unused_tensors(bool allow);

  private:
    mutable QSettings settings_;
};

}  // namespace headscope::ui
