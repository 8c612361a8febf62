#include "app/option_groups.h"

#include <algorithm>
#include <utility>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "app/option_parts.h"
#include "core/base/error.h"
#include "core/checkpoint/model_place.h"
#include "core/evaluation/protocol.h"
#include "core/evaluation/tasks/task.h"
#include "core/merging/merge_fields.h"
#include "core/search/budget.h"

namespace headscope::app {
namespace {

CLI::Option* add_threshold(CLI::App& command, Options& options, const char* name,
                           const std::string& help) {
    return add(command, name, options.thresholds, help)
        ->delimiter(',')
        ->check([](const std::string& text) -> std::string {
            // Not CLI::Range, which lets "nan" through.
            double value = 0.0;
            const bool number = CLI::detail::lexical_cast(text, value);
            return number && value >= -1.0 && value <= 1.0
                       ? std::string()
                       : text + " is not a similarity; give a number from -1 to 1";
        });
}

bool needs_text(Measure measure) {
    return kind_of(measure) == MeasureKind::behaviour;
}

void add_merge_field(CLI::App& command, MergeRule& rule, const MergeField& field) {
    const std::string name = both_spellings("--" + field.name);
    if (field.flag) {
        command.add_flag_callback(
            name, [&] { field.set(rule, "true"); }, field.help);
        return;
    }
    CLI::Option* option = command.add_option_function<std::string>(
        name, [&](const std::string& text) { field.set(rule, text); }, field.help);
    option->default_str(field.default_text());
    if (!field.values.empty()) {
        option->check(CLI::IsMember(field.values));
        return;
    }
    if (field.number) option->type_name("N");
    option->check([&field](const std::string& text) -> std::string {
        try {
            MergeRule unused;
            field.set(unused, text);
            return {};
        } catch (const Error& error) {
            return error.what();
        }
    });
}

/// A list of measures; with `all_or_none` also one of these words.
void add_measure_list(CLI::App& command, const std::string& name, std::vector<std::string>& values,
                      bool all_or_none, const std::string& help) {
    add(command, name, values, help)
        ->delimiter(',')
        ->expected(1, 100)
        ->check([all_or_none](const std::string& text) -> std::string {
            if (all_or_none && (text == "all" || text == "none")) return {};
            try {
                parse_measure(text);
                return {};
            } catch (const Error& error) {
                return error.what();
            }
        })
        ->capture_default_str();
}

}  // namespace

void add_model_paths(CLI::App& command, const std::string& names, std::string& path,
                     const std::string& help) {
    command
        .add_option_function<std::vector<std::string>>(
            names,
            [&path](const std::vector<std::string>& paths) {
                path = one_model({paths.begin(), paths.end()}).string();
            },
            help)
        ->type_name("PATH");
}

void add_model_option(CLI::App& command, Options& options) {
    add_model_paths(command, both_spellings("--model_path"), options.model_path,
                    "Model folder (config.json, *.safetensors, tokenizer.model), files of it, or a "
                    "GGUF file; default: the demo model");
    command.add_flag(both_spellings("--allow_unused_tensors"), options.allow_unused_tensors,
                     "Run a model though its files hold tensors, such as biases or adapters, that "
                     "its architecture does not use");
}

void add_threshold_options(CLI::App& command, Options& options, const std::string& without) {
    CLI::Option* one =
        add_threshold(command, options, "--threshold",
                      "Merge heads at least this similar, -1 to 1; default: " + without)
            ->expected(1);
    CLI::Option* several =
        add_threshold(command, options, "--thresholds", "Several of them, such as 0.98,0.99")
            ->expected(1, 1000);
    one->excludes(several);
}

void add_one_threshold_option(CLI::App& command, Options& options) {
    const CLI::Option* one =
        add_threshold(command, options, "--threshold", "Merge heads at least this similar, -1 to 1")
            ->expected(1);
    add_layer_thresholds_option(command, options);
    const CLI::Option* own = command.get_option("--layer_thresholds");
    command.callback([one, own, &options] {
        if (one->count() + own->count() > 0 || options.plans_something()) return;
        throw CLI::RequiredError("--threshold, --layer_thresholds, --merge, --remove or --plan");
    });
}

void add_layer_thresholds_option(CLI::App& command, Options& options) {
    CLI::Option* own = add(command, "--layer_thresholds", options.layer_thresholds,
                           "A threshold for each layer instead: search.json or another results "
                           "file, or a list such as 3:0.98,7:0.91; other layers stay as they are");
    own->option_text("FILE|LIST");
    for (const char* name : {"--threshold", "--thresholds", "--layers"}) {
        if (CLI::Option* other = command.get_option_no_throw(name)) own->excludes(other);
    }
}

void add_layer_option(CLI::App& command, Options& options, const std::string& help) {
    add(command, "--layers", options.layers, help)
        ->check([](const std::string& text) -> std::string {
            try {
                parse_layers(text);
                return {};
            } catch (const Error& error) {
                return error.what();
            }
        });
}

void add_measure_option(CLI::App& command, Options& options) {
    std::vector<std::string> names;
    for (const Measure measure : all_measures())
        names.emplace_back(name_of(measure));
    add_choice(
        command, "--measure", options.measure, std::move(names),
        "How similarity is measured: on weights as they lie (q ... qkvo), on circuits, or on "
        "what the heads do with a text (" +
            measure_names(needs_text) + ")");
}

void add_calibration_options(CLI::App& command, Options& options) {
    add(command, "--calibration", options.calibration,
        "Text file in UTF-8 for --measure " + measure_names(needs_text) +
            ", --align activations and --weights usage; default: lines of WikiText-2's train split")
        ->type_name("FILE");
    add(command, "--calibration_windows", options.calibration_windows,
        "Only its first so many windows, or all; default: 8, and all for --refit")
        ->transform([](const std::string& text) { return text == "all" ? std::string("0") : text; })
        ->check(CLI::NonNegativeNumber)
        ->option_text("N|all");
}

void add_merge_options(CLI::App& command, Options& options, bool of_one_plan) {
    for (const MergeField& field : merge_fields()) {
        if (of_one_plan || !field.of_whole_plan) add_merge_field(command, options.merging, field);
    }
}

void add_plan_option(CLI::App& command, Options& options) {
    add(command, "--plan", options.plan_file,
        "A plan that a search wrote: what is merged and removed, and how it is refitted")
        ->type_name("FILE");
}

void add_corpus_options(CLI::App& command, Options& options) {
    add(command, "--max_windows", options.max_windows,
        "Only the first so many windows; default: all")
        ->check(at_least_one);
    add(command, "--corpus", options.corpus,
        "Text file in UTF-8 (wiki.*.raw, ptb.*.txt or any other), JSON lines with a \"text\" (C4), "
        "also packed with gzip; default: the test split of WikiText-2")
        ->type_name("FILE");
}

void add_text_options(CLI::App& command, Options& options, bool may_be_none) {
    std::vector<std::string> protocols;
    for (const ProtocolPreset& preset : protocol_presets())
        protocols.emplace_back(preset.name);
    if (may_be_none) {
        protocols.emplace_back(kRollingProtocol);
        protocols.emplace_back(kNoProtocol);
        add_choices(command, "--protocol", options.protocol, std::move(protocols),
                    "How perplexity is taken, one name or several with commas; none: tasks alone");
    } else {
        add_choice(command, "--protocol", options.protocol, std::move(protocols),
                   "How perplexity is taken");
    }
    add(command, "--window", options.window,
        "Tokens of a window; default: 2048 (gptq) or 512 (llama.cpp), or the model's maximum")
        ->check(at_least_one);
    add_corpus_options(command, options);
}

void add_divergence_options(CLI::App& command, Options& options, bool per_token) {
    command.add_flag(both_spellings("--no_divergence"), options.no_divergence,
                     "Perplexity and accuracy alone: no KL divergence from the original, no "
                     "same top token");
    if (per_token) {
        add(command, "--per_token", options.per_token,
            "File for what every prediction says: token ids, negative log likelihood, KL "
            "divergence and top agreement of each variant, as safetensors")
            ->type_name("FILE");
        CLI::Option* save = add(command, "--save_logits", options.save_logits,
                                "File for the original's log-probabilities, as llama-perplexity "
                                "--save-all-logits writes it; with --protocol llama.cpp")
                                ->type_name("FILE");
        add(command, "--base_logits", options.base_logits,
            "Compare with such a file in place of the original, on the tokens that it holds")
            ->type_name("FILE")
            ->excludes(save);
    }
}

void add_task_options(CLI::App& command, Options& options) {
    std::string names;
    for (const Task& task : all_tasks())
        names += (names.empty() ? "" : ", ") + std::string(task.name);
    add(command, "--tasks", options.tasks,
        "Tasks with their files, scored as lm-eval scores them: " + names)
        ->option_text("NAME=FILE,...");
    add(command, "--limit", options.limit, "Only the first so many items of each task")
        ->check(CLI::PositiveNumber);
    add(command, "--task_items", options.task_items,
        "File for the log-likelihoods of every item, JSON")
        ->type_name("FILE");
}

void add_compute_options(CLI::App& command, Options& options) {
    add(command, "--device", options.device,
        "auto, cpu, cuda or cuda:N; cuda:all or cuda:0-3: several GPUs share the windows of an "
        "evaluation, or the layers of a model that does not fit on one")
        ->capture_default_str();
    add_choice(command, "--dtype", options.dtype,
               {"auto", "float32", "bfloat16", "float16", "f32", "bf16", "f16"},
               "What to compute in; auto: float32 on the CPU, bfloat16 on CUDA");
    add(command, "--memory_limit", options.memory_limit,
        "Memory of the device to use, such as 8GiB; a model that does not fit is read layer by "
        "layer; default: what is free")
        ->transform(CLI::AsSizeValue(false))
        ->option_text("SIZE");
    add(command, "--threads", options.threads, "CPU threads; default: all cores")
        ->check(at_least_one);
}

void add_probe_option(CLI::App& command, Options& options) {
    add(command, "--probe_windows", options.probe_windows,
        "Windows on which each variant is tried out")
        ->check(at_least_one)
        ->capture_default_str();
}

CLI::Option* add_budget_option(CLI::App& command, Options& options) {
    return add(command, "--max_ppl_increase", options.max_ppl_increase,
               "How much perplexity may rise, in per cent of the original's, with the sign: 1%")
        ->check([](const std::string& text) -> std::string {
            try {
                parse_ppl_increase(text);
                return {};
            } catch (const Error& error) {
                return error.what();
            }
        });
}

void add_search_options(CLI::App& command, Options& options) {
    add_budget_option(command, options)->required();
    add_choice(command, "--gain", options.gain, {"merged", "removable"},
               "What the search wants most of: merged heads, or heads that end as the copy of "
               "another");
    add(command, "--candidates", options.candidates, "Thresholds tried in each layer, at most")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    add_probe_option(command, options);
    add(command, "--output_dir", options.search_dir, "Folder for search.json")
        ->type_name("FOLDER")
        ->capture_default_str();
    command.add_flag("--force", options.force, "Search again and replace search.json");
}

void add_compress_options(CLI::App& command, Options& options) {
    CLI::Option* heads = add(command, "--heads", options.fewer_heads,
                             "How many of the heads are to go, such as -25%");
    add(command, "--kv_cache", options.smaller_cache,
        "How much of the KV cache is to go, such as -33%: KV heads with the heads that they serve")
        ->excludes(heads);
    add_budget_option(command, options);
    add(command, "--max_kl", options.max_kl,
        "What the KL divergence from the original may be, in nats a token; with a budget, heads go "
        "as long as it allows, at most as many as --heads or --kv_cache says")
        ->check(CLI::PositiveNumber)
        ->type_name("NATS");
    add(command, "--rounds", options.rounds,
        "Rounds in which heads are taken and the damage of the others is measured again")
        ->check(CLI::Range(1, 10000))
        ->capture_default_str();
    add(command, "--remeasure", options.remeasure,
        "After the first round measure so many of the heads again, the most promising; default: "
        "all")
        ->check(CLI::PositiveNumber);
    add_choice(command, "--refit", options.refit, {"output", "output+mlp"},
               "Fit the output weights of changed layers' attention, or of their MLP too");
    add_choice(command, "--refit_layers", options.refit_layers, {"changed", "all"},
               "Which layers are refitted: the changed ones, or all behind the first of them");
    for (const char* name : {"distill", "distill_rate"})
        add_merge_field(command, options.merging, find_merge_field(name));
    command.add_flag(both_spellings("--pairs_only"), options.pairs_only,
                     "At most one head of each KV head: what merging disjoint pairs could save");
    command.add_flag(both_spellings("--no_model"), options.no_model,
                     "Search and evaluate only, and write no model");
    add_probe_option(command, options);
    add(command, "--output_dir", options.output_dir, "Folder for the plan, the model and the way")
        ->type_name("FOLDER")
        ->required();
    command.add_flag("--force", options.force, "Search again instead of going on");
}

void add_damage_options(CLI::App& command, Options& options) {
    add_choice(
        command, "--unit", options.unit, {"pairs", "heads", "kv_heads", "layers"},
        "What is measured: pairs that are merged, or units that are removed, without and with "
        "a refit, on calibration text");
    add_measure_list(command, "--measure", options.measures, false,
                     "Measures that choose the pairs, with commas");
    add_measure_list(command, "--compare", options.compare, true,
                     "Measures that are ranked by the damage beside those, with commas; all, none");
    add_choice(command, "--choose", options.choose, {"closest", "random", "all"},
               "Pairs of each layer: the closest by each measure, a random draw, or all");
    add(command, "--pairs", options.pairs, "How many of each layer, for closest and random")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
    add(command, "--seed", options.seed, "Of the random draw")->capture_default_str();
    add_probe_option(command, options);
    add(command, "--output", options.output, "File for the report, JSON; default: none is written")
        ->type_name("FILE");
    command.add_flag("--force", options.force, "Replace the report where it is there already");
}

void add_output_options(CLI::App& command, Options& options) {
    add(command, "--output_dir", options.output_dir, "Folder for the results")
        ->type_name("FOLDER")
        ->capture_default_str();
    command.add_flag("--force", options.force,
                     "Do finished thresholds again and replace their files");
    add_plot_option(command, options);
}

void add_plot_option(CLI::App& command, Options& options) {
    command.add_flag(both_spellings("--no_plots"), options.no_plots,
                     "No charts (batch: no summaries and no report either)");
}

void add_analysis_options(CLI::App& command, Options& options) {
    add(command, "--results_dir", options.results_dir,
        "Folder with results_threshold_*.json, such as the --output_dir of a batch")
        ->type_name("FOLDER")
        ->capture_default_str();
    add(command, "--output_dir", options.analysis_dir,
        "Folder for charts, summaries and the report; default: that of the results")
        ->type_name("FOLDER");
    add_plot_option(command, options);
}

void add_json_option(CLI::App& command, Options& options) {
    command.add_flag("--json", options.json, "JSON lines on standard output, for programs");
}

}  // namespace headscope::app
