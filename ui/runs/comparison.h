#pragma once

#include <QString>
#include <QStringList>
#include <vector>

#include "ui/runs/run.h"

namespace headscope::ui {

/// Runs side by side, in words: a row a figure, a cell a run.
struct Comparison {
    struct Row {
        QString name;
        QStringList cells;  ///< empty where it is not known
        bool differs = false;
    };

    QStringList titles;  ///< of the runs
    std::vector<Row> rows;
    /// Why the figures of these runs do not compare, as a sentence; empty where they do.
    QString warning;
};

[[nodiscard]] Comparison compare_runs(const std::vector<Run>& runs);

/// The table as it is shown, tab-separated.
[[nodiscard]] QString as_tsv(const Comparison& comparison);

}  // namespace headscope::ui
