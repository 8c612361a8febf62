#pragma once

#include <QSize>

#include "core/report/analysis.h"
#include "ui/charts/chart.h"

class QPaintDevice;

/// The painters of charts, one a file. Each paints a whole sheet of its size.
namespace headscope::ui {

/// Perplexity and accuracy before and after the merge of one run, with 95 % intervals, and the
/// paired changes.
inline constexpr QSize kComparisonSize(960, 620);
void paint_comparison(QPaintDevice& device, ChartTheme theme, const AnalysisSection& section,
                      const AnalysisSeries& series, const Result& result);

/// The pairs of each layer of one run.
inline constexpr QSize kMergedPairsSize(960, 520);
void paint_merged_pairs(QPaintDevice& device, ChartTheme theme, const AnalysisSection& section,
                        const AnalysisSeries& series, const Result& result);

/// Perplexity and accuracy, their changes, pairs and merged heads against the threshold: a curve a
/// series, the original as a line with its interval.
inline constexpr QSize kThresholdSize(1000, 1000);
void paint_thresholds(QPaintDevice& device, ChartTheme theme, const AnalysisSection& section);

/// The similarities of one layer.
inline constexpr QSize kHeatmapSize(760, 770);
void paint_heatmap(QPaintDevice& device, ChartTheme theme, const SimilaritySet& set,
                   const SimilarityMatrix& matrix);

/// All layers of a set, small, in the same colours.
inline constexpr QSize kOverviewSize(1000, 900);
void paint_overview(QPaintDevice& device, ChartTheme theme, const SimilaritySet& set);

/// How many pairs of all layers are how similar, and where the thresholds are.
inline constexpr QSize kDistributionSize(960, 560);
void paint_distribution(QPaintDevice& device, ChartTheme theme, const SimilaritySet& set);

}  // namespace headscope::ui
