#pragma once

#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/progress.h"
#include "core/report/results.h"

namespace headscope {

/// One finished run of an analysis.
struct AnalyzedRun {
    std::filesystem::path file;  ///< empty: never written
    std::shared_ptr<const Result> result;
};

/// A results file that could not be read.
struct UnreadFile {
    std::filesystem::path file;
    std::string reason;  ///< names the file and what is wrong with it
};

/// What a folder holds.
struct ReadRuns {
    std::vector<AnalyzedRun> runs;
    std::vector<UnreadFile> unread;
};

/// Reads every results_threshold_*.json of a folder, also those of the original experiment, which
/// have no manifest. A file that is broken is named in `unread`; the others are read all the same.
/// Throws Error(bad_input) for a folder that is missing or cannot be listed, and Error(cancelled).
ReadRuns read_runs(const std::filesystem::path& directory, const ProgressFn& progress = {},
                   const std::stop_token& stop = {});

/// Runs that differ in the threshold only: one curve.
struct AnalysisSeries {
    /// What tells it from the other series of its section ("grouping complete"); empty where it is
    /// alone.
    std::string name;
    std::vector<Setting> settings;  ///< how heads were compared and merged
    std::vector<AnalyzedRun> runs;  ///< rising thresholds, each once
};

/// Series that were evaluated in the same way (model, text, protocol, windows, dtype), so that they
/// have one original and may stand in one chart.
struct AnalysisSection {
    std::string model;  ///< the folder's name; "unknown model" without a manifest
    std::string name;   ///< what tells it from the other sections; empty where it is alone
    std::vector<Setting> settings;  ///< how the model was evaluated
    Metrics original;               ///< of its first run
    std::vector<AnalysisSeries> series;

    /// Every run, series by series.
    [[nodiscard]] std::vector<AnalyzedRun> runs() const;
};

/// The similarities of one model under one measure.
struct SimilaritySet {
    std::string model;
    std::string measure;                                          ///< empty where it is not known
    std::vector<std::shared_ptr<const SimilarityMatrix>> layers;  ///< ascending
    std::vector<double> thresholds;  ///< of the runs that used them, rising
};

/// Runs in order. Nothing stands together that does not compare.
struct Analysis {
    std::vector<AnalysisSection> sections;  ///< in the order of their first run
    std::vector<SimilaritySet> similarity;  ///< likewise
    std::vector<UnreadFile> unread;
    std::vector<std::string> notes;  ///< what a reader must know: sentences

    [[nodiscard]] std::size_t run_count() const;
};

/// Puts runs in order: those that differ in the threshold only become a series, series that were
/// evaluated alike a section. A run with a threshold for each layer is a series of its own. Every
/// setting of the manifest counts but the device, where only rounding differs. Of two runs that
/// agree in everything, the one that was started later counts. Runs without a manifest are taken as
/// evaluated alike where the original has the same figures.
Analysis analyze(ReadRuns read);

/// "gptq, 775 windows of 512 tokens", "float32 on cpu": how a section was evaluated, in phrases,
/// the model first.
std::vector<std::string> evaluation_phrases(const AnalysisSection& section);

/// "measure q", "grouping components", "layers 0-5": how a series was merged.
std::vector<std::string> merging_phrases(const AnalysisSeries& series);

/// The layers with the most alike heads, at most `count` of them, ascending.
std::vector<int> most_alike_layers(const Analysis& analysis, std::size_t count);

/// Heads that a run merged; where the file does not say so, the heads that are in a pair.
std::int64_t merged_heads(const Result& result);

/// A run's change against the original; without intervals where its file has none.
Change change_of(const Result& result);

}  // namespace headscope
