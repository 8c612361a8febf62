#pragma once

#include <string>

#include "core/report/analysis.h"

/// The tables of a report, as HTML.
namespace headscope {

/// Figures of the original and of every run of a series.
std::string results_table(const AnalysisSection& section, const AnalysisSeries& series);

/// All metrics of the runs of a series; empty where their files have no list of them.
std::string metrics_table(const AnalysisSeries& series);

/// Pairs in each layer at each threshold, folded up.
std::string pairs_table(const AnalysisSeries& series);

/// The most alike heads of each layer.
std::string closest_heads_table(const SimilaritySet& set);

/// The manifests of a section: what all runs have in common, then what each has of its own.
std::string manifest_tables(const AnalysisSection& section);

}  // namespace headscope
