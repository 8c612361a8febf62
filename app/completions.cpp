#include "app/completions.h"

#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace headscope::app {
namespace {

/// The text with a backslash before each of `special`.
std::string escaped(const std::string& text, std::string_view special) {
    std::string safe;
    for (const char letter : text) {
        if (special.find(letter) != std::string_view::npos) safe += '\\';
        safe += letter;
    }
    return safe;
}

/// Between single quotes of a POSIX shell or zsh.
std::string quoted(const std::string& text) {
    std::string safe;
    for (const char letter : text)
        safe += letter == '\'' ? std::string("'\\''") : std::string(1, letter);
    return "'" + safe + "'";
}

std::string words_of(const std::vector<std::string>& words) {
    return fmt::format("{}", fmt::join(words, " "));
}

std::vector<std::string> names_of(const std::vector<CommandDescription>& commands) {
    std::vector<std::string> names;
    for (const CommandDescription& command : commands)
        names.push_back(command.name);
    return names;
}

/// What bash is to set for a value: `values`, or what kind of path is offered.
std::string bash_values(const OptionDescription& option) {
    if (!option.choices.empty()) {
        return fmt::format("values=\"{}\" paths=''", words_of(option.choices));
    }
    if (option.source == ValueSource::file) return "paths=file";
    if (option.source == ValueSource::folder) return "paths=directory";
    return "paths=''";
}

/// The cases that bash has for one command: those of its options, and that of its values.
struct BashCases {
    std::map<std::string, std::vector<std::string>> by_action;  ///< action: "batch:--measure"
    std::string of_commands;
};

void add_bash_cases(const CommandDescription& command, const std::string& name, BashCases& cases) {
    std::vector<std::string> options;
    bool takes_paths = false;
    for (const OptionDescription& option : command.options) {
        takes_paths =
            takes_paths || (!option.position.empty() && option.source != ValueSource::nothing);
        if (option.name.empty()) continue;
        options.push_back(option.name);
        if (option.takes_value)
            cases.by_action[bash_values(option)].push_back(name + ":" + option.name);
    }
    cases.of_commands +=
        fmt::format("        {}) options=\"{}\"{} ;;\n", name.empty() ? std::string("''") : name,
                    words_of(options), takes_paths ? " paths=file" : "");
}

std::string bash_completions(const ProgramDescription& program) {
    BashCases cases;
    add_bash_cases(program.program, "", cases);
    for (const CommandDescription& command : program.commands)
        add_bash_cases(command, command.name, cases);
    std::string values;
    for (const auto& [action, options] : cases.by_action)
        values +=
            fmt::format("        {})\n            {} ;;\n", fmt::join(options, " | "), action);
    const std::vector<std::string> commands = names_of(program.commands);
    return fmt::format(
        R"(# Completes headscope in bash; made by `headscope --completion bash`.
_headscope() {{
    local word=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD - 1]}}
    local command='' options='' values='' paths='' given
    # --option=value comes as three words.
    if [[ $word == '=' ]]; then
        word=''
    elif [[ $previous == '=' ]]; then
        previous=${{COMP_WORDS[COMP_CWORD - 2]}}
    fi
    for given in "${{COMP_WORDS[@]:1:COMP_CWORD - 1}}"; do
        case $given in
        {}) command=$given && break ;;
        esac
    done
    if [[ $previous == --* ]]; then
        previous=${{previous//-/_}}
        previous=--${{previous:2}}
    fi
    case $command in
{}    esac
    case $command:$previous in
{}        *)
            [[ -n $command ]] || values="{}"
            [[ $word == -* ]] && values=$options paths='' ;;
    esac
    # Options are offered as they are begun: with underscores, or with hyphens.
    [[ $word == --*-* ]] && values=${{values//_/-}}
    mapfile -t COMPREPLY < <(compgen -W "$values" -- "$word")
    if [[ -n $paths ]]; then
        mapfile -t -O ${{#COMPREPLY[@]}} COMPREPLY < <(compgen -A "$paths" -- "$word")
        compopt -o filenames 2>/dev/null
    fi
}}
complete -F _headscope headscope
)",
        fmt::join(commands, " | "), cases.of_commands, values, words_of(commands));
}

/// ":choice:(q k v)": what zsh offers behind an option.
std::string zsh_values(const OptionDescription& option) {
    const std::string kind = option.kind.empty() ? "value" : escaped(option.kind, ":");
    if (!option.choices.empty()) return fmt::format(":{}:({})", kind, words_of(option.choices));
    if (option.source == ValueSource::file) return fmt::format(":{}:_files", kind);
    if (option.source == ValueSource::folder) return fmt::format(":{}:_files -/", kind);
    return fmt::format(":{}: ", kind);
}

/// The words that _arguments takes for the options of one command.
std::string zsh_arguments(const CommandDescription& command, const char* indent) {
    std::string text;
    int position = 0;
    for (const OptionDescription& option : command.options) {
        const std::string values = option.takes_value ? zsh_values(option) : std::string();
        if (!option.name.empty()) {
            const std::string head =
                fmt::format("{}[{}]", option.name, escaped(option.text, "[]\\:"));
            text += fmt::format(" \\\n{}{}", indent, quoted(head + values));
        } else if (!command.name.empty()) {
            text += fmt::format(" \\\n{}{}", indent, quoted(std::to_string(++position) + values));
        }
    }
    return text;
}

std::string zsh_completions(const ProgramDescription& program) {
    std::string names;
    std::string cases;
    for (const CommandDescription& command : program.commands) {
        names +=
            fmt::format("        {}\n",
                        quoted(fmt::format("{}:{}", command.name, escaped(command.text, ":\\"))));
        cases += fmt::format("    {})\n        _arguments{} ;;\n", command.name,
                             zsh_arguments(command, "            "));
    }
    return fmt::format(
        R"(#compdef headscope
# Completes headscope in zsh; made by `headscope --completion zsh`.
_headscope() {{
    local context state state_descr line
    typeset -A opt_args
    local -a commands=(
{}    )
    _arguments -C{} \
        '1: :->command' '*:: :->rest'
    if [[ $state == command ]]; then
        _describe -t commands command commands
        _files
        return
    fi
    [[ $state == rest ]] || return
    case $words[1] in
{}    esac
}}
_headscope "$@"
)",
        names, zsh_arguments(program.program, "        "), cases);
}

/// What fish is told of the values of an option.
std::string fish_values(const OptionDescription& option) {
    if (!option.choices.empty())
        return fmt::format(" -x -a '{}'", escaped(words_of(option.choices), "'\\"));
    if (option.source == ValueSource::file) return " -r -F";
    if (option.source == ValueSource::folder) return " -x -a '(__fish_complete_directories)'";
    return " -x";
}

std::string fish_options(const CommandDescription& command, const std::string& condition) {
    std::string text;
    for (const OptionDescription& option : command.options) {
        if (option.name.empty()) {
            if (option.source != ValueSource::nothing)
                text += fmt::format("complete -c headscope -n '{}' -F\n", condition);
            continue;
        }
        text += fmt::format("complete -c headscope -n '{}' -l {}{} -d '{}'\n", condition,
                            option.name.substr(2), option.takes_value ? fish_values(option) : "",
                            escaped(option.text, "'\\"));
    }
    return text;
}

std::string fish_completions(const ProgramDescription& program) {
    std::string text =
        "# Completes headscope in fish; made by `headscope --completion fish`.\n"
        "complete -c headscope -f\n";
    text += fish_options(program.program, "__fish_use_subcommand");
    for (const CommandDescription& command : program.commands) {
        text += fmt::format("complete -c headscope -n '__fish_use_subcommand' -a {} -d '{}'\n",
                            command.name, escaped(command.text, "'\\"));
        text += fish_options(command, "__fish_seen_subcommand_from " + command.name);
    }
    return text;
}

}  // namespace

std::string completions(const ProgramDescription& program, std::string_view shell) {
    if (shell == "zsh") return zsh_completions(program);
    if (shell == "fish") return fish_completions(program);
    return bash_completions(program);
}

}  // namespace headscope::app
