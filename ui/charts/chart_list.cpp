#include "ui/charts/chart_list.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "ui/charts/painters.h"

namespace headscope::ui {
namespace {

namespace fs = std::filesystem;

/// Collects the charts of an analysis.
class Collector {
  public:
    explicit Collector(std::shared_ptr<const Analysis> analysis) : analysis_(std::move(analysis)) {}

    std::vector<Chart> collect() {
        for (std::size_t i = 0; i < analysis_->sections.size(); ++i)
            add_section(i);
        for (const SimilaritySet& set : analysis_->similarity)
            add_similarity(set);
        return std::move(charts_);
    }

  private:
    void add_section(std::size_t index) {
        const AnalysisSection& section = analysis_->sections[index];
        add("analysis/threshold_comparison", "Perplexity and accuracy against the threshold",
            kThresholdSize, [&section](QPaintDevice& device, ChartTheme theme) {
                paint_thresholds(device, theme, section);
            });
        charts_.back().section = index;
        for (const AnalysisSeries& series : section.series) {
            for (const AnalyzedRun& run : series.runs)
                add_run(index, series, *run.result);
        }
    }

    void add_run(std::size_t index, const AnalysisSeries& series, const Result& result) {
        const AnalysisSection& section = analysis_->sections[index];
        const bool per_layer = result.plan.layer_thresholds.has_value();
        const std::string file = per_layer ? "per_layer" : threshold_name(result);
        const std::string at = (per_layer ? "a threshold " : "threshold ") + threshold_name(result);
        const std::string suffix = series.name.empty() ? "" : ": " + series.name;
        add("comparison_threshold_" + file,
            fmt::format("Before and after the merge at {}{}", at, suffix), kComparisonSize,
            [&](QPaintDevice& device, ChartTheme theme) {
                paint_comparison(device, theme, section, series, result);
            });
        charts_.back().section = index;
        add("merged_pairs_threshold_" + file,
            fmt::format("Pairs in each layer at {}{}", at, suffix), kMergedPairsSize,
            [&](QPaintDevice& device, ChartTheme theme) {
                paint_merged_pairs(device, theme, section, series, result);
            });
        charts_.back().section = index;
    }

    void add_similarity(const SimilaritySet& set) {
        const std::string suffix = analysis_->similarity.size() > 1 ? ", " + set.model : "";
        add("analysis/similarity_overview", "Similarity of the heads of all layers" + suffix,
            kOverviewSize,
            [&set](QPaintDevice& device, ChartTheme theme) { paint_overview(device, theme, set); });
        add("analysis/similarity_distribution", "Distribution of all similarities" + suffix,
            kDistributionSize, [&set](QPaintDevice& device, ChartTheme theme) {
                paint_distribution(device, theme, set);
            });
        for (const auto& matrix : set.layers) {
            add(fmt::format("analysis/similarity_matrices_layer_{:02}", matrix->layer),
                fmt::format("Similarity of the heads of layer {}{}", matrix->layer, suffix),
                kHeatmapSize, [&set, &matrix = *matrix](QPaintDevice& device, ChartTheme theme) {
                    paint_heatmap(device, theme, set, matrix);
                });
            charts_.back().layer = matrix->layer;
        }
    }

    /// `paint` may refer to what is in the analysis.
    template <typename Paint>
    void add(const std::string& name, std::string caption, QSize size, Paint paint) {
        const int times = ++names_[name];
        const fs::path file = times == 1 ? name + ".png" : fmt::format("{}_{}.png", name, times);
        charts_.push_back({file, std::move(caption), size, std::nullopt, std::nullopt,
                           [keep = analysis_, paint](QPaintDevice& device, ChartTheme theme) {
                               paint(device, theme);
                           }});
    }

    std::shared_ptr<const Analysis> analysis_;
    std::map<std::string, int> names_;
    std::vector<Chart> charts_;
};

}  // namespace

std::vector<Chart> charts_of(const std::shared_ptr<const Analysis>& analysis) {
    return Collector(analysis).collect();
}

std::vector<Chart> report_charts(std::vector<Chart> charts, const std::vector<int>& layers) {
    std::erase_if(charts, [&](const Chart& chart) {
        return chart.layer && std::find(layers.begin(), layers.end(), *chart.layer) == layers.end();
    });
    return charts;
}

}  // namespace headscope::ui
