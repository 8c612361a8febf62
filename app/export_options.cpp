// Options of commands that write a model, compare whole models, or look at heads.

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "app/option_groups.h"
#include "app/option_parts.h"
#include "core/similarity/measure.h"

namespace headscope::app {

void add_compare_options(CLI::App& command, Options& options) {
    command.add_option("A", options.first_model, "A model: the base, the source")
        ->type_name("PATH")
        ->required();
    command.add_option("B", options.second_model, "What became of it")
        ->type_name("PATH")
        ->required();
    command.add_flag(both_spellings("--allow_unused_tensors"), options.allow_unused_tensors,
                     "As for evaluate");
    std::vector<std::string> names;
    for (const Measure measure : all_measures()) {
        if (is_cosine_of_weights(measure)) names.emplace_back(name_of(measure));
    }
    add_choice(command, "--measure", options.match_measure, std::move(names),
               "How similar a head of A and one of B are, by their weights");
    command.add_flag(both_spellings("--weights_only"), options.weights_only,
                     "Heads and tensors alone: no perplexity, no KL divergence");
    add(command, "--output", options.output, "File for everything, JSON; default: none is written")
        ->type_name("FILE");
    command.add_flag("--force", options.force, "Replace that file where it is there already");
}

void add_heads_options(CLI::App& command, Options& options) {
    CLI::Option* repeated =
        command.add_flag("--repeated", options.repeated,
                         "Random tokens whose second half repeats the first, in place of the "
                         "calibration text: where induction heads show");
    CLI::Option* passages =
        add(command, "--passages", options.passages,
            "Instead of scores the passages that activate these heads most, such as 3:7,12;5:0 "
            "(layer:heads)")
            ->excludes(repeated)
            ->excludes(command.get_option("--layers"));
    add(command, "--top", options.top_passages, "How many passages of each head")
        ->check(CLI::Range(1, 1000))
        ->needs(passages)
        ->capture_default_str();
}

void add_prompt_options(CLI::App& command, Options& options) {
    add(command, "--prompt", options.prompt, "Tokens of the prompt whose reading is timed")
        ->check(at_least_one)
        ->capture_default_str();
    add(command, "--generated", options.generated,
        "Tokens whose writing, one after the other, is timed; 0: none")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    add(command, "--repetitions", options.repetitions, "How often, after once that does not count")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
}

void add_speed_options(CLI::App& command, Options& options) {
    command.add_option("MODEL", options.speed_models,
                       "Models that take turns; default: the demo model");
    command.add_flag(both_spellings("--allow_unused_tensors"), options.allow_unused_tensors,
                     "As for evaluate");
    add_prompt_options(command, options);
}

void add_export_options(CLI::App& command, Options& options) {
    add(command, "--output_dir", options.output_dir, "Folder for the merged model")
        ->type_name("FOLDER")
        ->required();
    add_choice(command, "--format", options.export_format, {"hf", "gguf"},
               "hf: a folder that transformers opens; gguf: a file that llama.cpp opens");
    add_choice(command, "--type", options.export_type,
               {"auto", "f32", "f16", "bf16", "q8_0", "keep"},
               "What the weights of a GGUF file are stored in; keep: as in the source, and what "
               "changes in the nearest type at least as fine; auto: keep for a GGUF source, "
               "otherwise f16");
    add(command, "--max_shard_size", options.max_shard_size,
        "Weights in files of at most this size, such as 2GB; default: one GGUF file, and files as "
        "the source has them, or of 5 GB, otherwise")
        ->transform(CLI::AsSizeValue(true))
        ->check(at_least_one)
        ->option_text("SIZE");
    command.add_flag("--compact", options.compact,
                     "Take removed heads, and those that became identical to another one, out of "
                     "the file, where the shape of the model allows it");
    command.add_flag(
        both_spellings("--measure_speed"), options.measure_speed,
        "Time how fast the model and the export read a prompt; it goes into the manifest");
    add_prompt_options(command, options);
    command.add_flag("--force", options.force, "Replace the folder where it holds files already");
}

}  // namespace headscope::app
