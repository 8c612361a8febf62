#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "core/report/analysis.h"

namespace headscope {

/// A row for each run: its settings, then its figures, as RFC 4180 has it. Numbers are the shortest
/// decimals that read back as the same; a cell is empty where a file does not tell.
std::string summary_csv(const Analysis& analysis);

/// The same for people: notes, a table for each series, the files that could not be read.
std::string summary_markdown(const Analysis& analysis);

/// The same for programs, with the figures of the results files and the closest heads of each
/// layer.
nlohmann::ordered_json summary_json(const Analysis& analysis, const std::string& program_version);

/// Writes summary.csv, summary.md and summary.json, each whole or not at all, into a folder, which
/// is made where it is missing. Returns their paths. Throws Error(bad_input) naming what cannot be
/// written.
std::vector<std::filesystem::path> write_summaries(const std::filesystem::path& directory,
                                                   const Analysis& analysis,
                                                   const std::string& program_version);

}  // namespace headscope
