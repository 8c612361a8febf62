#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/evaluation/prepare.h"
#include "core/merging/merge_plan.h"
#include "core/model/model.h"
#include "core/similarity/layer_list.h"
#include "core/similarity/similarity.h"

namespace headscope::app {

/// Values of the options that commands share, as the user typed them.
struct Options {
    std::string model_path;  ///< empty: the demo model
    std::vector<double> thresholds;
    std::string layers;  ///< "0,3,8-15"; empty: all
    std::string measure = "q";
    std::string grouping = "components";
    std::string kv_policy = "average";
    std::string protocol = "gptq";
    std::int64_t window = 0;
    std::int64_t max_windows = 0;
    std::string corpus;
    std::string device = "auto";
    std::string dtype = "auto";
    int threads = 0;
    std::uint64_t memory_limit = 0;  ///< bytes; 0: what is free
    std::string output_dir = "results/head_merging";
    std::string results_dir = "results/head_merging";  ///< that `analyze` reads
    std::string analysis_dir;  ///< `analyze` writes here; empty: where it reads
    bool force = false;
    bool no_plots = false;
    bool json = false;

    /// The model folder: the demo model's where none was named.
    [[nodiscard]] std::filesystem::path model() const;

    /// Thresholds in the order given, each once; none where none was given.
    [[nodiscard]] std::vector<double> given_thresholds() const;

    /// The same, or those of the original experiment: 0.98, 0.99 and 0.995.
    [[nodiscard]] std::vector<double> thresholds_or_default() const;

    [[nodiscard]] MergeRule rule(double threshold) const;
    [[nodiscard]] SimilarityParams similarity() const;
    [[nodiscard]] TextOptions text() const;
    [[nodiscard]] ComputeOptions compute() const;
};

}  // namespace headscope::app
