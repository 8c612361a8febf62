#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <new>
#include <system_error>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/cli_reference.h"
#include "app/commands.h"
#include "app/completions.h"
#include "app/console.h"
#include "app/exit_codes.h"
#include "app/interrupt.h"
#include "app/man_page.h"
#include "app/option_groups.h"
#include "app/version_text.h"
#include "core/base/openblas_kernels.h"
#include "core/base/process_rank.h"
#include "core/base/utf8.h"
#include "core/base/version.h"
#include "core/evaluation/prepare.h"
#ifdef HEADSCOPE_UI
#include "ui/window/run_window.h"
#endif

namespace {

using namespace headscope;
using namespace headscope::app;

const char* name_of(ErrorCode code) {
    switch (code) {
        case ErrorCode::bad_input:
            return "bad_input";
        case ErrorCode::unsupported:
            return "unsupported";
        case ErrorCode::device:
            return "device";
        case ErrorCode::out_of_memory:
            return "out_of_memory";
        case ErrorCode::cancelled:
            return "cancelled";
        case ErrorCode::internal:
            return "internal";
    }
    return "internal";
}

int report_error(Display& display, ErrorCode code, const std::string& text,
                 const char* if_cancelled = "") {
    display.end_line();
    const auto tell = [&](const nlohmann::ordered_json& event) {
        try {
            display.event(event);
        } catch (const Error&) {
            // Standard output is lost; standard error and the exit code still tell.
        }
    };
    if (code == ErrorCode::cancelled) {
        tell({{"event", "cancelled"}});
        write_error_stream(fmt::format("Cancelled.{}\n", if_cancelled));
    } else {
        tell({{"event", "error"}, {"code", name_of(code)}, {"message", text}});
        write_error_stream(fmt::format("headscope: {}\n", printable_text(text)));
    }
    return exit_code_of(code);
}

/// Runs one command and turns what it throws into a message and an exit code. `if_cancelled` says
/// what becomes of the work of a cancelled command.
template <typename Command>
int guarded(const Options& options, const char* if_cancelled, Command command) {
    bool first = true;
    try {
        first = process_rank().first();
    } catch (const Error& error) {
        Display display(options.json);
        return report_error(display, error.code(), error.what());
    }
    Display display(options.json, !first);
    try {
        const Interrupt interrupt;
        command(display, interrupt.token());
        return kDone;
    } catch (const Error& error) {
        return report_error(display, error.code(), error.what(), if_cancelled);
    } catch (const std::bad_alloc&) {
        return report_error(
            display, ErrorCode::out_of_memory,
            "out of memory; close other programs, or use a smaller --window or fewer --threads");
    } catch (const std::filesystem::filesystem_error& error) {
        return report_error(display, ErrorCode::bad_input, error.what());
    } catch (const CLI::Error& error) {
        write_error_stream(fmt::format("headscope: {}\n", error.what()));
        return kUsage;
    } catch (const std::exception& error) {
        return report_error(display, ErrorCode::internal,
                            fmt::format("internal error, please report it: {}", error.what()));
    }
}

/// The commands and their options; `options` receives what the user gives.
struct CommandLine {
    CLI::App app{
        "Headscope shows how similar the attention heads of a Llama-family model are, merges "
        "similar heads, and measures what that costs."};
    Options options;
#ifdef HEADSCOPE_UI
    ui::WindowOptions window;
#endif
    CLI::App* batch = app.add_subcommand(
        "batch", "Similarity, merging, evaluation and results files for some thresholds");
    CLI::App* similarity =
        app.add_subcommand("similarity", "How similar the heads of each layer are");
    CLI::App* plan =
        app.add_subcommand("plan", "What a threshold would merge, and what that could save");
    CLI::App* evaluate = app.add_subcommand(
        "evaluate", "Perplexity and accuracy of a model, and of merged variants");
    CLI::App* save = app.add_subcommand(
        "export", "Writes the merged model as a checkpoint, with or without the duplicate heads");
    CLI::App* search = app.add_subcommand(
        "search", "Thresholds for each layer that merge the most within a budget");
    CLI::App* compress = app.add_subcommand(
        "compress", "Removes heads by measured damage, refits, evaluates and exports");
    CLI::App* damage = app.add_subcommand(
        "damage",
        "What merging single pairs or removing single heads costs, and which measure predicts it");
    CLI::App* heads = app.add_subcommand("heads",
                                         "What each head does over a text: entropy, first token, "
                                         "previous token, duplicates, induction, output norm");
    CLI::App* analyze =
        app.add_subcommand("analyze", "Charts, summaries and a report of the results in a folder");
    CLI::App* compare = app.add_subcommand(
        "compare", "What tells two models apart: heads, tensors, perplexity, KL divergence");
    CLI::App* speed = app.add_subcommand("speed", "How fast models read and write");
    CLI::App* protocols = app.add_subcommand(
        "protocols", "Which protocol gives a perplexity that somebody quoted for this model");
    CLI::App* yardstick = app.add_subcommand(
        "yardstick", "What quantization costs the model, from Q8_0 to Q3_K_M: a ladder for plans");
    CLI::App* info = app.add_subcommand("info", "What a checkpoint is");

    CommandLine() {
        app.set_version_flag("--version", version_text);
        app.require_subcommand(0, 1);
        add_pages();
#ifdef HEADSCOPE_UI
        add_model_paths(
            app, "PATH", window.path,
            "Opens the window with a model folder, files of one, or results; without it, "
            "with what was open last");
        app.add_option("--language", window.language,
                       "Of the window: en or ru; default: as chosen "
                       "there")
            ->check(CLI::IsMember({"en", "ru"}));
#endif
        for (CLI::App* command : {batch, similarity, plan, evaluate, save, search, damage}) {
            add_model_option(*command, options);
            add_layer_option(*command, options);
            if (command != damage) add_measure_option(*command, options);
            add_calibration_options(*command, options);
            add_json_option(*command, options);
        }
        for (CLI::App* command : {batch, similarity, plan})
            add_threshold_options(*command, options, "0.98,0.99,0.995");
        add_threshold_options(*evaluate, options, "the original only");
        add_one_threshold_option(*save, options);
        for (CLI::App* command : {plan, evaluate})
            add_layer_thresholds_option(*command, options);
        for (CLI::App* command : {batch, plan, evaluate, save})
            add_merge_options(*command, options, /*of_one_plan=*/true);
        for (CLI::App* command : {search, damage})
            add_merge_options(*command, options, /*of_one_plan=*/false);
        for (CLI::App* command : {plan, evaluate, save})
            add_plan_option(*command, options);
        for (CLI::App* command : {batch, evaluate, search, damage})
            add_text_options(*command, options, command == evaluate);
        for (CLI::App* command : {batch, similarity, plan, evaluate, save, search, damage})
            add_compute_options(*command, options);
        add_divergence_options(*batch, options, /*per_token=*/false);
        add_divergence_options(*evaluate, options, /*per_token=*/true);
        add_task_options(*batch, options);
        add_task_options(*evaluate, options);
        add_output_options(*batch, options);
        add_export_options(*save, options);
        add_search_options(*search, options);
        add_model_option(*compress, options);
        add_layer_option(*compress, options);
        add_calibration_options(*compress, options);
        add_text_options(*compress, options, /*may_be_none=*/false);
        add_compute_options(*compress, options);
        add_compress_options(*compress, options);
        add_json_option(*compress, options);
        add_damage_options(*damage, options);
        add_analysis_options(*analyze, options);
        add_layer_option(*analyze, options,
                         "Layers whose heatmaps go into the report, such as 0,3,8-15; default: the "
                         "four with the most alike heads");
        add_json_option(*analyze, options);
        add_compare_options(*compare, options);
        add_layer_option(*compare, options, "Layers whose heads are matched; default: all");
        add_text_options(*compare, options, /*may_be_none=*/false);
        add_compute_options(*compare, options);
        add_json_option(*compare, options);
        add_speed_options(*speed, options);
        add_compute_options(*speed, options);
        add_json_option(*speed, options);
        protocols->add_option("PERPLEXITY", options.quoted, "The quoted perplexity")->required();
        add_model_option(*protocols, options);
        add_corpus_options(*protocols, options);
        add_compute_options(*protocols, options);
        add_json_option(*protocols, options);
        add_model_option(*yardstick, options);
        add_text_options(*yardstick, options, /*may_be_none=*/false);
        add_compute_options(*yardstick, options);
        yardstick->get_option("--max_windows")
            ->description("Only the first so many windows; default: 8");
        yardstick->add_option("--output", options.output,
                              "File for the ladder, JSON; default: only the cache has it");
        add_json_option(*yardstick, options);
        add_model_option(*heads, options);
        add_layer_option(*heads, options);
        add_calibration_options(*heads, options);
        add_compute_options(*heads, options);
        add_heads_options(*heads, options);
        add_json_option(*heads, options);
        add_model_paths(*info, "PATH,--model_path,--model-path", options.model_path,
                        "Model folder or files of it; default: the demo model");
        add_json_option(*info, options);
        refuse_empty_values();
    }

    /// What is printed of the command line itself.
    void add_pages() {
        const auto print = [](const std::string& page) {
            write_output_stream(page);
            throw CLI::Success();
        };
        app.add_flag_callback(
               "--cli_reference", [this, print] { print(cli_reference(describe(app))); },
               "Prints docs/cli-reference.md")
            ->group("");
        app.add_flag_callback(
               "--man_page", [this, print] { print(man_page(describe(app), kVersion)); },
               "Prints the manual page")
            ->group("");
        app.add_option_function<std::string>(
               "--completion",
               [this, print](const std::string& shell) {
                   print(completions(describe(app), shell));
               },
               "Prints what completes commands and options in bash, zsh or fish")
            ->check(CLI::IsMember({"bash", "zsh", "fish"}));
    }

    /// An empty value is what an unset variable of a shell leaves behind; the default would be used
    /// in silence.
    void refuse_empty_values() {
        for (CLI::App* command : app.get_subcommands([](CLI::App*) { return true; })) {
            for (CLI::Option* option : command->get_options()) {
                if (option->get_items_expected_max() == 0) continue;
                option->check([](const std::string& text) {
                    return text.empty() ? std::string(
                                              "an empty value; give one, or leave the "
                                              "option out for its default")
                                        : std::string();
                });
            }
        }
    }

    void note_given_options() {
        for (const CLI::Option* option : app.get_subcommands().front()->get_options()) {
            if (option->count() > 0 && !option->get_lnames().empty())
                options.given.insert("--" + option->get_lnames().front());
        }
    }

    [[nodiscard]] bool has_command() const {
        return !app.get_subcommands().empty();
    }

    /// The commands that work on a model; those that read a text need its tokenizer.
    [[nodiscard]] std::vector<ModelCommand> model_commands() {
        std::vector<ModelCommand> commands;
        for (CLI::App* command : app.get_subcommands([](CLI::App*) { return true; })) {
            if (command == info || command->get_option_no_throw("--model_path") == nullptr)
                continue;
            commands.push_back(
                {command->get_name(),
                 command == heads || command->get_option_no_throw("--corpus") != nullptr});
        }
        return commands;
    }

    int run_command() {
        note_given_options();
        const bool keeps = *batch || *search || *compress || (*damage && !options.output.empty());
        const char* kept =
            keeps ? " What was finished is kept; the same command goes on from there." : "";
        return guarded(options, kept, [&](Display& display, const std::stop_token& stop) {
            if (*batch) return run_batch(options, display, stop);
            if (*similarity) return run_similarity(options, display, stop);
            if (*plan) return run_plan(options, display, stop);
            if (*evaluate) return run_evaluate(options, display, stop);
            if (*save) return run_export(options, display, stop);
            if (*search) return run_search(options, display, stop);
            if (*compress) return run_compress(options, display, stop);
            if (*damage) return run_damage(options, display, stop);
            if (*heads) return run_heads(options, display, stop);
            if (*analyze) return run_analyze(options, display, stop);
            if (*compare) return run_compare(options, display, stop);
            if (*speed) return run_speed(options, display, stop);
            if (*protocols) return run_protocols(options, display, stop);
            if (*yardstick) return run_yardstick(options, display, stop);
            return run_info(options, model_commands(), display);
        });
    }
};

/// `headscope` alone, or with a path: the window, where there can be one.
int run_without_command([[maybe_unused]] int argc, [[maybe_unused]] char** argv,
                        const CommandLine& command_line) {
#ifdef HEADSCOPE_UI
    if (ui::has_display()) return ui::run_window(argc, argv, command_line.window);
    write_error_stream(
        fmt::format("headscope: no display to open a window on (neither DISPLAY nor "
                    "WAYLAND_DISPLAY is set). Use a command:\n\n{}",
                    command_line.app.help()));
#else
    write_error_stream(fmt::format("headscope: this build has no window. Use a command:\n\n{}",
                                   command_line.app.help()));
#endif
    return kUsage;
}

/// What a cancelled command left behind must not keep the program from ending.
int end_with(int code) {
    if (text_preparation_goes_on()) {
        std::fflush(nullptr);
        std::quick_exit(code);
    }
    return code;
}

}  // namespace

int main(int argc, char** argv) {
    CommandLine command_line;
    try {
        choose_openblas_kernels();
        command_line.app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        const bool asked_for_help = command_line.app.exit(error) == 0;
        if (!asked_for_help) return kUsage;
        if (std::cout.flush()) return kDone;
        write_error_stream("headscope: standard output cannot be written\n");
        return kBadInput;
    } catch (const Error& error) {
        write_error_stream(fmt::format("headscope: {}\n", error.what()));
        return exit_code_of(error.code());
    }
    return end_with(command_line.has_command() ? command_line.run_command()
                                               : run_without_command(argc, argv, command_line));
}
