#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "core/evaluation/metrics.h"
#include "core/evaluation/metrics/metric.h"
#include "core/merging/merge_plan.h"
#include "core/report/manifest.h"
#include "core/similarity/similarity.h"

namespace headscope {

/// One threshold's outcome: what a results file holds.
struct Result {
    double threshold = 0.0;  ///< the lowest, where the plan has one for each layer
    Metrics original;
    Metrics merged;
    std::optional<Change> change;  ///< absent in files of other programs
    /// Everything that was measured, as the registry of metrics has it; empty in older files.
    std::vector<Metric> original_metrics;
    std::vector<Metric> merged_metrics;
    MergePlan plan;
    PlanSummary summary;
    std::vector<SimilarityMatrix> similarity;  ///< of the layers in the plan, in the same order
    std::optional<Manifest> manifest;          ///< absent in files of other programs
    /// Which quantization costs as much ("as much as Q5_K_M"); empty where no yardstick is known.
    std::string yardstick = {};
};

/// The shortest decimal that reads back as the same number, with at least one digit behind the
/// point: 0.98, 0.995, 1.0.
std::string threshold_text(double threshold);

/// "0.98"; "per layer" where the plan has a threshold for each layer.
std::string threshold_name(const Result& result);

/// "results_threshold_0.98.json"
std::string results_file_name(double threshold);

/// The same of a result; "results_layer_thresholds_<8 digits>.json" where each layer has a
/// threshold of its own, with digits that tell different ones apart.
std::string results_file_name(const Result& result);

/// The file's content: the keys of the original experiment, and beside them `metric_details`,
/// `plan` and `manifest`.
nlohmann::ordered_json to_json(const Result& result);
nlohmann::ordered_json to_json(const Metrics& metrics);
nlohmann::ordered_json to_json(const Change& change);
nlohmann::ordered_json to_json(const PlanSummary& summary);
nlohmann::ordered_json to_json(const DistillCurve& curve);

/// The metrics of a run, also where its file has no list of them.
std::vector<Metric> metric_list(const Result& result, bool merged);

/// The change between two metrics of which nothing is known for each window: no intervals.
Change change_without_intervals(const Metrics& original, const Metrics& merged);

/// Writes the file of that name into `directory`, whole or not at all, and returns its path.
std::filesystem::path write_result(const std::filesystem::path& directory, const Result& result);

/// Reads a results file, also one without our extra keys. Throws Error(bad_input) that names the
/// file and the key that is missing or wrong.
Result read_result(const std::filesystem::path& path);

}  // namespace headscope
