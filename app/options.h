#pragma once

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "core/checkpoint/checkpoint.h"
#include "core/evaluation/prepare.h"
#include "core/measures/calibration.h"
#include "core/merging/merge_plan.h"
#include "core/model/model.h"
#include "core/search/preparation.h"
#include "core/similarity/layer_list.h"
#include "core/similarity/similarity.h"

namespace headscope::app {

/// Of --protocol: pages of WikiText as lm-eval's task of that name scores them.
inline constexpr const char* kRollingProtocol = "lm-eval-wikitext";

/// Of --protocol: tasks alone.
inline constexpr const char* kNoProtocol = "none";

/// Values of the options that commands share, as the user typed them.
struct Options {
    std::string model_path;  ///< empty: the demo model
    bool allow_unused_tensors = false;
    std::vector<double> thresholds;
    std::string layer_thresholds;  ///< a results file or "3:0.98,7:0.91"; empty: none
    std::string layers;            ///< "0,3,8-15"; empty: all
    std::string measure = "q";
    std::string calibration;  ///< a text file; empty: what ships with the program
    std::int64_t calibration_windows = CalibrationOptions::kDefaultWindows;
    MergeRule merging;              ///< its threshold is not used
    std::string plan_file;          ///< of a search; empty: none
    std::string protocol = "gptq";  ///< `evaluate`: or several, with commas
    std::int64_t window = 0;
    std::int64_t max_windows = 0;
    std::string corpus;
    bool no_divergence = false;
    double quoted = 0.0;      ///< a perplexity
    std::string per_token;    ///< file
    std::string save_logits;  ///< file
    std::string base_logits;  ///< file
    std::string tasks;        ///< NAME=FILE,...
    std::int64_t limit = 0;
    std::string task_items;  ///< file
    std::string device = "auto";
    std::string dtype = "auto";
    int threads = 0;
    std::uint64_t memory_limit = 0;  ///< bytes; 0: what is free
    std::string output_dir = "results/head_merging";
    std::string results_dir = "results/head_merging";  ///< that `analyze` reads
    std::string analysis_dir;  ///< `analyze` writes here; empty: where it reads
    bool force = false;
    bool compact = false;
    std::string export_format = "hf";
    std::string export_type = "auto";
    std::uint64_t max_shard_size = 0;  ///< bytes; 0: whatever it takes
    bool no_plots = false;
    bool repeated = false;  ///< `heads`: random tokens, repeated, in place of the text
    std::string passages;   ///< `heads`: those whose passages are wanted, "3:7,12;5:0"
    int top_passages = 10;  ///< of each of them
    bool json = false;

    // search and damage
    std::string max_ppl_increase;  ///< "1%"
    double max_kl = 0.0;           ///< nats a token; 0: none
    std::string search_dir = "results/search";
    std::string gain = "merged";
    int candidates = 16;
    std::int64_t probe_windows = 8;
    std::vector<std::string> measures = {"q"};
    std::vector<std::string> compare = {"all"};
    std::string choose = "closest";
    std::string unit = "pairs";
    int pairs = 16;
    std::uint64_t seed = 0;
    std::string output;

    // compare
    std::string first_model;
    std::string second_model;
    std::string match_measure = "qkvo";
    bool weights_only = false;

    // speed
    std::vector<std::string> speed_models;  ///< empty: the demo model
    std::int64_t prompt = 512;              ///< tokens
    std::int64_t generated = 128;           ///< tokens
    int repetitions = 5;
    bool measure_speed = false;  ///< `export`

    // compress
    std::string fewer_heads;    ///< "-25%"
    std::string smaller_cache;  ///< "-33%"
    std::string refit = "output";
    std::string refit_layers = "changed";
    int remeasure = 0;
    int rounds = 8;
    bool pairs_only = false;
    bool no_model = false;

    std::set<std::string> given;  ///< options that the user gave, as "--kv_policy"

    [[nodiscard]] bool was_given(const std::string& name) const { return given.contains(name); }

    /// The model folder: the demo model's where none was named.
    [[nodiscard]] std::filesystem::path model() const;
    [[nodiscard]] OpenOptions opening() const { return {allow_unused_tensors}; }

    /// Thresholds in the order given, each once; none where none was given.
    [[nodiscard]] std::vector<double> given_thresholds() const;

    /// The same, or those of the original experiment: 0.98, 0.99 and 0.995.
    [[nodiscard]] std::vector<double> thresholds_or_default() const;

    [[nodiscard]] MergeRule rule(double threshold) const;

    /// Whether heads are merged or removed by what the options say.
    [[nodiscard]] bool plans_something() const {
        return !thresholds.empty() || !layer_thresholds.empty() || !merging.removal.empty() ||
               !merging.groups.empty() || !plan_file.empty();
    }
    [[nodiscard]] CalibrationOptions calibration_text() const;
    /// Those of --protocol, each once.
    [[nodiscard]] std::vector<std::string> protocols() const;
    [[nodiscard]] TextOptions text() const { return text(protocol); }
    [[nodiscard]] TextOptions text(const std::string& of_protocol) const;
    [[nodiscard]] ComputeOptions compute() const;
    [[nodiscard]] WorkParams work() const;  ///< of searches
};

}  // namespace headscope::app
