#include "ui/charts/report_export.h"

#include <QMetaObject>
#include <QObject>
#include <chrono>
#include <future>

#include "core/base/version.h"
#include "core/report/html_report.h"
#include "ui/charts/chart_files.h"
#include "ui/charts/chart_list.h"

namespace headscope::ui {

void export_report(const ReportRequest& request, const DrawFn& draw, const ProgressFn& progress,
                   const std::stop_token& stop) {
    const std::vector<Chart> charts = report_charts(charts_of(request.analysis), request.layers);
    const auto total = static_cast<std::int64_t>(charts.size());
    ReportImages images;
    std::int64_t done = 0;
    for (const Chart& chart : charts) {
        if (progress) progress({"drawing", done++, total, "charts"});
        throw_if_stopped(stop);
        const QImage light = draw(chart, ChartTheme::light);
        const QImage dark = draw(chart, ChartTheme::dark);
        add_to_report(images, chart, png_bytes(light), png_bytes(dark));
    }
    throw_if_stopped(stop);
    write_report(request.file, *request.analysis, images, kVersion);
}

DrawFn drawn_by(QObject& gui, std::stop_token stop) {
    return [&gui, stop](const Chart& chart, ChartTheme theme) {
        using namespace std::chrono_literals;
        // Shared: the caller may have left when the GUI thread comes to it.
        const auto drawn = std::make_shared<std::promise<QImage>>();
        std::future<QImage> image = drawn->get_future();
        QMetaObject::invokeMethod(
            &gui, [drawn, chart, theme] { drawn->set_value(draw(chart, theme)); },
            Qt::QueuedConnection);
        while (image.wait_for(20ms) != std::future_status::ready)
            throw_if_stopped(stop);
        return image.get();
    };
}

}  // namespace headscope::ui
