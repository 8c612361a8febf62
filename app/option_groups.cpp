#include "app/option_groups.h"

#include <algorithm>
#include <utility>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "core/base/error.h"

namespace headscope::app {
namespace {

/// "--max_windows" as "--max_windows,--max-windows".
std::string both_spellings(std::string name) {
    std::string hyphens = name;
    std::replace(hyphens.begin(), hyphens.end(), '_', '-');
    return hyphens == name ? name : name + "," + hyphens;
}

template <typename Value>
CLI::Option* add(CLI::App& command, const std::string& name, Value& value,
                 const std::string& help) {
    return command.add_option(both_spellings(name), value, help);
}

CLI::Option* add_choice(CLI::App& command, const std::string& name, std::string& value,
                        std::vector<std::string> choices, const std::string& help) {
    return add(command, name, value, help)
        ->check(CLI::IsMember(std::move(choices)))
        ->capture_default_str();
}

}  // namespace

void add_model_option(CLI::App& command, Options& options) {
    add(command, "--model_path", options.model_path,
        "Model folder (config.json, *.safetensors, tokenizer.model) or a file of it; "
        "default: the demo model");
}

void add_threshold_options(CLI::App& command, Options& options, const std::string& without) {
    const auto add_one = [&](const char* name, const std::string& help) {
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
    };
    CLI::Option* one =
        add_one("--threshold", "Merge heads at least this similar, -1 to 1; default: " + without)
            ->expected(1);
    CLI::Option* several =
        add_one("--thresholds", "Several of them, such as 0.98,0.99")->expected(1, 1000);
    one->excludes(several);
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
    add_choice(command, "--measure", options.measure, {"q"},
               "How similarity is measured: q, the cosine of the heads' query weights");
}

void add_merge_options(CLI::App& command, Options& options) {
    add_choice(command, "--grouping", options.grouping,
               {"components", "complete", "matching", "sequential"}, "How pairs become groups");
    add_choice(command, "--kv_policy", options.kv_policy, {"average", "keep", "within"},
               "What happens to the keys and values behind merged heads");
}

void add_text_options(CLI::App& command, Options& options) {
    add_choice(command, "--protocol", options.protocol, {"gptq", "llama.cpp"},
               "How perplexity is taken");
    add(command, "--window", options.window,
        "Tokens of a window; default: 2048 (gptq) or 512 (llama.cpp), or the model's maximum")
        ->check(CLI::PositiveNumber);
    add(command, "--max_windows", options.max_windows,
        "Only the first so many windows; default: all")
        ->check(CLI::PositiveNumber);
    add(command, "--corpus", options.corpus,
        "Text file in UTF-8 (wiki.*.raw or any other); default: the test split of WikiText-2");
}

void add_compute_options(CLI::App& command, Options& options) {
    add(command, "--device", options.device, "auto, cpu, cuda or cuda:N")->capture_default_str();
    add_choice(command, "--dtype", options.dtype,
               {"auto", "float32", "bfloat16", "float16", "f32", "bf16", "f16"},
               "What to compute in; auto: float32 on the CPU, bfloat16 on CUDA");
    add(command, "--memory_limit", options.memory_limit,
        "Memory of the device to use, such as 8GiB; a model that does not fit is read layer by "
        "layer; default: what is free")
        ->transform(CLI::AsSizeValue(false))
        ->option_text("SIZE");
    add_thread_option(command, options);
}

void add_thread_option(CLI::App& command, Options& options) {
    add(command, "--threads", options.threads, "CPU threads; default: all cores")
        ->check(CLI::PositiveNumber);
}

void add_output_options(CLI::App& command, Options& options) {
    add(command, "--output_dir", options.output_dir, "Folder for the results")
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
        ->capture_default_str();
    add(command, "--output_dir", options.analysis_dir,
        "Folder for charts, summaries and the report; default: that of the results");
    add_plot_option(command, options);
}

void add_json_option(CLI::App& command, Options& options) {
    command.add_flag("--json", options.json, "JSON lines on standard output, for programs");
}

}  // namespace headscope::app
