#pragma once

#include <QByteArray>
#include <QImage>
#include <QSize>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

class QPaintDevice;

namespace headscope::ui {

/// Light for paper and light screens, or dark.
enum class ChartTheme { light, dark };

/// A chart of an analysis: of a fixed size, whatever the screen is. Its texts are English, as in
/// results files.
struct Chart {
    std::filesystem::path file;          ///< below the output folder
    std::string caption;                 ///< a sentence
    QSize size;                          ///< of paper: pixels at scale 1
    std::optional<std::size_t> section;  ///< of the analysis; none where it shows similarities
    std::optional<int> layer;            ///< of a heatmap
    /// Paints everything. On the GUI thread, with a QApplication.
    std::function<void(QPaintDevice&, ChartTheme)> paint;
};

/// Device pixels for one of the chart's, so that it is sharp in print and on dense screens.
inline constexpr int kChartScale = 2;

/// The chart as an image of `size` times kChartScale pixels. On the GUI thread.
[[nodiscard]] QImage draw(const Chart& chart, ChartTheme theme);

/// The bytes of a PNG file. On any thread.
[[nodiscard]] std::string png_bytes(const QImage& image);

}  // namespace headscope::ui
