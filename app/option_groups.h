#pragma once

#include <string>

#include <CLI/App.hpp>

#include "app/options.h"

/// Options that belong together, added to a command. Each exists with underscores and with hyphens.
namespace headscope::app {

/// One model, by its folder or by one or more of its files.
void add_model_paths(CLI::App& command, const std::string& names, std::string& path,
                     const std::string& help);
void add_model_option(CLI::App& command, Options& options);
/// `without` says what happens when no threshold is given.
void add_threshold_options(CLI::App& command, Options& options, const std::string& without);
/// One threshold, or one for each layer; either must be given.
void add_one_threshold_option(CLI::App& command, Options& options);
void add_layer_thresholds_option(CLI::App& command, Options& options);
/// `of_one_plan`: with what says what one whole plan does, which a search over many has no use for.
void add_merge_options(CLI::App& command, Options& options, bool of_one_plan);
void add_plan_option(CLI::App& command, Options& options);
void add_layer_option(CLI::App& command, Options& options,
                      const std::string& help = "Layers, such as 0,3,8-15; default: all");
void add_measure_option(CLI::App& command, Options& options);
void add_calibration_options(CLI::App& command, Options& options);
/// The text alone: which, and how much of it.
void add_corpus_options(CLI::App& command, Options& options);
/// `may_be_none`: the command has work without a perplexity.
void add_text_options(CLI::App& command, Options& options, bool may_be_none);
void add_divergence_options(CLI::App& command, Options& options, bool per_token);
void add_task_options(CLI::App& command, Options& options);
void add_compute_options(CLI::App& command, Options& options);
void add_probe_option(CLI::App& command, Options& options);
void add_search_options(CLI::App& command, Options& options);
void add_compress_options(CLI::App& command, Options& options);
void add_damage_options(CLI::App& command, Options& options);
void add_compare_options(CLI::App& command, Options& options);
/// Of a prompt whose reading is timed.
void add_heads_options(CLI::App& command, Options& options);
void add_prompt_options(CLI::App& command, Options& options);
void add_speed_options(CLI::App& command, Options& options);
void add_output_options(CLI::App& command, Options& options);
/// Where a merged model is saved, and how.
void add_export_options(CLI::App& command, Options& options);
void add_plot_option(CLI::App& command, Options& options);
void add_analysis_options(CLI::App& command, Options& options);
void add_json_option(CLI::App& command, Options& options);

}  // namespace headscope::app
