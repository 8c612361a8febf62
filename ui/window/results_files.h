#pragma once

#include <QString>
#include <QStringList>
#include <memory>
#include <vector>

#include "ui/runs/run.h"

namespace headscope::ui {

/// Whether a path is a results file by its name, rather than a model or a file of one.
[[nodiscard]] bool looks_like_results(const QString& path);

/// A results file as a finished run. Throws Error(bad_input) that names the file.
[[nodiscard]] Run run_from_file(const QString& path);

using Results = std::vector<std::shared_ptr<const Result>>;

/// Throws Error(bad_input) where two results would have the same file name.
void require_different_names(const Results& results);

/// The files that save_results would replace.
[[nodiscard]] QStringList files_in_the_way(const Results& results, const QString& folder);

/// Writes results into a folder, which is made where it is missing, each in a file named by its
/// threshold. Throws Error(bad_input), before it writes anything, where two would have the same
/// name, or where a file is there already and `replace` is not set.
void save_results(const Results& results, const QString& folder, bool replace);

}  // namespace headscope::ui
