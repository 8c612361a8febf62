#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "core/evaluation/evaluator.h"
#include "core/report/manifest.h"

namespace headscope {

/// The scores of an evaluation that has not ended, kept in its output folder so that a later start
/// goes on where an interrupted one stopped. One file for each choice of settings and thresholds,
/// written whole; gone once the results are there.
class Journal {
  public:
    /// What was scored.
    enum class Of { text, tasks };

    /// `thresholds`: of the variants after the original.
    Journal(const std::filesystem::path& directory, RunSettings settings,
            std::vector<double> thresholds, Of of = Of::text);

    /// The scores of an earlier start with the same settings and these thresholds, or more of them:
    /// of the one that came furthest. `windows`, or sequences of tasks, is how many there are.
    /// Nothing where there are none; a damaged journal counts as none.
    [[nodiscard]] std::optional<Scores> load(std::size_t windows) const;

    /// Throws Error(bad_input) where the file cannot be written.
    void save(const Scores& scores) const;

    /// Removes the file, and every other of these settings whose thresholds all have a results file
    /// in the folder now.
    void remove() const;

  private:
    [[nodiscard]] std::optional<Scores> read(const std::filesystem::path& file,
                                             std::size_t windows) const;
    /// Whether a journal of these settings has no work left.
    [[nodiscard]] bool is_done(const std::filesystem::path& file) const;

    Of of_;
    std::filesystem::path path_;
    RunSettings settings_;
    std::vector<double> thresholds_;
};

}  // namespace headscope
