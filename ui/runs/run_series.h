#pragma once

#include <QString>
#include <vector>

#include "ui/runs/run_store.h"

namespace headscope::ui {

/// One run of a series.
struct SeriesPoint {
    int run_id = 0;
    double threshold = 0.0;
    Metrics original;
    Metrics merged;
    Change change;  ///< without intervals where the run's file had none
};

/// Runs that compare and differ in the threshold only.
struct RunSeries {
    QString name;  ///< what tells it from the other series; empty where there is only one
    std::vector<SeriesPoint> points;  ///< rising thresholds, each once: the latest run's
};

/// All finished runs of the store, and running ones with the figures so far, in series of
/// comparable ones, in the order of their first run. Runs with a threshold for each layer have no
/// place on a curve over thresholds, and are left out.
[[nodiscard]] std::vector<RunSeries> series_of(const RunStore& store);

}  // namespace headscope::ui
