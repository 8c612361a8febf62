#pragma once

#include <QImage>
#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <vector>

#include "core/base/progress.h"
#include "core/report/analysis.h"
#include "ui/charts/chart.h"

class QObject;

namespace headscope::ui {

struct ReportRequest {
    std::shared_ptr<const Analysis> analysis;
    std::vector<int> layers;  ///< with a heatmap
    std::filesystem::path file;
};

/// Draws a chart, wherever that may be done.
using DrawFn = std::function<QImage(const Chart&, ChartTheme)>;

/// Makes a report with its charts and writes it whole or not at all: a job, for any thread. Throws
/// what `draw` and write_report throw, and Error(cancelled).
void export_report(const ReportRequest& request, const DrawFn& draw, const ProgressFn& progress,
                   const std::stop_token& stop);

/// Lets the GUI thread, on which `gui` lives, draw between two turns of its event loop, and waits
/// for it on another thread. Throws Error(cancelled) once a stop was requested, also where the GUI
/// thread is waiting for the caller to end. `gui` must outlive the calls.
DrawFn drawn_by(QObject& gui, std::stop_token stop);

}  // namespace headscope::ui
