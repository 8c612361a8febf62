#pragma once

#include <QString>
#include <span>
#include <vector>

#include "ui/runs/run.h"
#include "ui/runs/run_series.h"

/// Tables for other programs: tab-separated, one heading line with fixed names, raw numbers in the
/// C locale, empty cells for what is not known.
namespace headscope::ui {

/// A row a run.
[[nodiscard]] QString runs_as_tsv(std::span<const Run* const> runs);
/// A row a point of each run's curve.
[[nodiscard]] QString curves_as_tsv(std::span<const Run* const> runs);
/// A row a measurement of each run's training.
[[nodiscard]] QString training_as_tsv(std::span<const Run* const> runs);
/// A row a point of each series.
[[nodiscard]] QString series_as_tsv(const std::vector<RunSeries>& series);

}  // namespace headscope::ui
