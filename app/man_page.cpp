#include "app/man_page.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace headscope::app {
namespace {

constexpr const char* kExamples = R"(.SH EXAMPLES
.TP
.B headscope
opens the window with what was open last.
.TP
.B headscope batch \-\-max_windows 40
tries three thresholds on the demo model, and writes results, charts and a report.
.TP
.B headscope evaluate \-\-model_path model.gguf \-\-threshold 0.98
gives perplexity and accuracy of a model, and of the same with similar heads merged.
)";

constexpr const char* kExitStatus = R"(.SH EXIT STATUS
.TP
.B 0
Done.
.TP
.B 1
An internal error, to be reported.
.TP
.B 2
The command line is wrong.
.TP
.B 3
An input cannot be used, or an output cannot be written.
.TP
.B 4
The device failed or memory is short.
.TP
.B 130
Cancelled. Finished work stays where the command keeps it.
)";

constexpr const char* kEnvironment = R"(.SH ENVIRONMENT
.TP
.B HEADSCOPE_TORCH
The torch of a Python environment, for programs that were built against PyPI's: its folder, or the environment.
.TP
.B HEADSCOPE_CACHE
Folder for the tokens of texts, which can be made again. Default: $XDG_CACHE_HOME/headscope or ~/.cache/headscope.
.TP
.B HEADSCOPE_RESOURCES
Folder of the models and texts that ship.
.TP
.B HEADSCOPE_MODULES
Folder of the compute engines.
)";

/// Text that man takes as it is: a hyphen is that of options, and no line is a request.
std::string plain(const std::string& text) {
    std::string safe;
    for (const char letter : text) {
        const bool at_start = safe.empty() || safe.back() == '\n';
        if (at_start && (letter == '.' || letter == '\'')) safe += "\\&";
        if (letter == '\\') {
            safe += "\\e";
        } else if (letter == '-') {
            safe += "\\-";
        } else {
            safe += letter;
        }
    }
    return safe;
}

std::string bold(const std::string& text) {
    return "\\fB" + plain(text) + "\\fR";
}

std::string italic(const std::string& text) {
    return "\\fI" + plain(text) + "\\fR";
}

std::string head_of(const OptionDescription& option) {
    std::vector<std::string> parts;
    if (!option.position.empty()) parts.push_back(italic(option.position));
    if (!option.short_name.empty()) parts.push_back(bold(option.short_name));
    if (!option.name.empty()) parts.push_back(bold(option.name));
    std::string head = fmt::format("{}", fmt::join(parts, ", "));
    if (!option.takes_value || option.name.empty()) return head;
    return head + " " + italic(option.choices.empty() ? option.kind : "choice");
}

/// An option with its values, its default and its meaning.
std::string entry_of(const OptionDescription& option) {
    std::string entry = fmt::format(".TP\n{}\n{}.\n", head_of(option), plain(option.text));
    if (!option.choices.empty())
        entry += plain(fmt::format("One of {}.\n", fmt::join(option.choices, ", ")));
    if (!option.standard.empty()) entry += plain(fmt::format("Default: {}.\n", option.standard));
    if (option.required) entry += "Required.\n";
    return entry;
}

std::string synopsis_of(const ProgramDescription& program) {
    std::string text = ".SH SYNOPSIS\n";
    for (const OptionDescription& option : program.program.options) {
        if (!option.position.empty())
            text += fmt::format(".B headscope\n[{}]\n.br\n", italic(option.position));
    }
    return text + ".B headscope\n\\fIcommand\\fR [\\fIoptions\\fR]\n";
}

}  // namespace

std::string man_page(const ProgramDescription& program, const std::string& version) {
    std::string text = fmt::format(
        ".\\\" Made by headscope \\-\\-man_page.\n.TH HEADSCOPE 1 \"\" \"Headscope {}\" \"User "
        "Commands\"\n.SH NAME\nheadscope \\- see, merge and measure attention heads of language "
        "models\n",
        version);
    text += synopsis_of(program);
    text += fmt::format(
        ".SH DESCRIPTION\n{}\n.PP\nWithout a command the program opens its window. Options with an "
        "underscore are understood with hyphens too.\n.SH OPTIONS\n",
        plain(program.program.text));
    for (const OptionDescription& option : program.program.options)
        text += entry_of(option);
    text += ".SH COMMANDS\n";
    for (const CommandDescription& command : program.commands) {
        text += fmt::format(".SS headscope {}\n{}.\n", command.name, plain(command.text));
        for (const OptionDescription& option : command.options) {
            if (option.name != "--help") text += entry_of(option);
        }
    }
    return text + kExitStatus + kEnvironment + kExamples;
}

}  // namespace headscope::app
