#pragma once

#include <QList>
#include <QString>
#include <QStringList>

#include "ui/runs/run.h"

namespace headscope::ui {

/// Whether a path is a results file by its name, rather than a model or a file of one.
[[nodiscard]] bool looks_like_results(const QString& path);

/// A results file as a finished run. Throws Error(bad_input) that names the file.
[[nodiscard]] Run run_from_file(const QString& path);

/// Writes the results of finished runs into a folder, each in a file named by its threshold. Throws
/// Error(bad_input), before it writes anything, where two would have the same name or a file is
/// there already and `replace` is not set.
void save_results(const QList<const Run*>& runs, const QString& folder, bool replace);

/// The files that save_results would replace.
[[nodiscard]] QStringList files_in_the_way(const QList<const Run*>& runs, const QString& folder);

}  // namespace headscope::ui
