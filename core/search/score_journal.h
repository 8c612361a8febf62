#pragma once

#include <filesystem>
#include <string>

#include <nlohmann/json.hpp>

#include "core/search/score_book.h"

namespace headscope {

/// The scores of work that has not ended, kept in its output folder so that the same command goes
/// on where it was stopped or killed. One file for each choice of settings, written whole; gone
/// once the results are there.
class ScoreJournal {
  public:
    /// `settings`: everything that decides the scores and what their names mean. `kind` is part of
    /// the file's name: "search".
    ScoreJournal(const std::filesystem::path& directory, const std::string& kind,
                 nlohmann::ordered_json settings);

    /// Adds the scores of an earlier start with the same settings to `book`, and returns how many
    /// there were. A damaged journal, or one of another text, counts as none. Of processes that
    /// were started together all must call it, and get what the first reads.
    std::int64_t load(ScoreBook& book) const;

    /// Throws Error(bad_input) where the file cannot be written. Only the first of several
    /// processes writes.
    void save(const ScoreBook& book) const;

    /// The same, but a disk that is full for a moment ends no work.
    void save_if_possible(const ScoreBook& book) const;

    void remove() const;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
    nlohmann::ordered_json settings_;
};

}  // namespace headscope
