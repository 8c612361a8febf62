#include "ui/charts/chart_files.h"

#include <algorithm>
#include <deque>
#include <future>
#include <set>
#include <thread>

#include "core/base/file.h"
#include "ui/charts/chart_list.h"
#include "ui/charts/offscreen.h"

namespace headscope::ui {
namespace {

namespace fs = std::filesystem;

/// A chart whose images are being compressed and written by another thread: that takes several
/// times as long as drawing, which only the main thread may do.
struct Pending {
    const Chart* chart;
    std::future<std::pair<std::string, std::string>> pngs;  ///< light, dark
};

std::pair<std::string, std::string> compress_and_write(const QImage& light, const QImage& dark,
                                                       const fs::path& file) {
    std::string light_png = png_bytes(light);
    write_file_atomically(file, light_png);
    return {std::move(light_png), dark.isNull() ? std::string() : png_bytes(dark)};
}

}  // namespace

void add_to_report(ReportImages& images, const Chart& chart, std::string light_png,
                   std::string dark_png) {
    ReportImage image{chart.caption,       "Chart: " + chart.caption, std::move(light_png),
                      std::move(dark_png), chart.size.width(),        chart.size.height()};
    if (!chart.section) return images.similarity.push_back(std::move(image));
    if (images.sections.size() <= *chart.section) images.sections.resize(*chart.section + 1);
    images.sections[*chart.section].push_back(std::move(image));
}

WrittenCharts write_charts(const std::shared_ptr<const Analysis>& analysis,
                           const fs::path& directory, const std::vector<int>& report_layers,
                           const ProgressFn& progress, const std::stop_token& stop) {
    const OffscreenApplication application;
    make_folder(directory / "analysis");
    const std::vector<Chart> charts = charts_of(analysis);
    std::set<fs::path> in_report;
    for (const Chart& chart : report_charts(charts, report_layers))
        in_report.insert(chart.file);

    WrittenCharts written;
    std::deque<Pending> pending;
    const auto take_first = [&] {
        auto [light, dark] = pending.front().pngs.get();
        const Chart& chart = *pending.front().chart;
        pending.pop_front();
        written.files.push_back(directory / chart.file);
        if (in_report.contains(chart.file))
            add_to_report(written.images, chart, std::move(light), std::move(dark));
        const auto done = static_cast<std::int64_t>(written.files.size());
        if (progress)
            progress({"drawing", done, static_cast<std::int64_t>(charts.size()), "charts"});
    };
    const std::size_t most = std::max(2U, std::thread::hardware_concurrency());
    for (const Chart& chart : charts) {
        throw_if_stopped(stop);
        QImage light = draw(chart, ChartTheme::light);
        QImage dark = in_report.contains(chart.file) ? draw(chart, ChartTheme::dark) : QImage();
        pending.push_back(
            {&chart, std::async(std::launch::async, compress_and_write, std::move(light),
                                std::move(dark), directory / chart.file)});
        if (pending.size() >= most) take_first();
    }
    while (!pending.empty())
        take_first();
    return written;
}

}  // namespace headscope::ui
