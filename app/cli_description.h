#pragma once

#include <string>
#include <vector>

#include <CLI/App.hpp>

namespace headscope::app {

/// What a shell can offer as the value of an option.
enum class ValueSource { nothing, file, folder };

/// One option of the command line, or a value without a name.
struct OptionDescription {
    std::string position;      ///< "PATH" for a value that needs no name, else empty
    std::string name;          ///< "--model_path", else empty
    std::string short_name;    ///< "-h", else empty
    bool takes_value = false;  ///< otherwise it is a flag
    bool required = false;
    std::string kind;                  ///< of the value: "int", "file", "SIZE"; empty with choices
    std::vector<std::string> choices;  ///< the only values, where there are only some
    std::string standard;              ///< the default, where it is a value
    std::string text;
    ValueSource source = ValueSource::nothing;
};

/// A command of the program, or the program itself, with what can follow it.
struct CommandDescription {
    std::string name;
    std::string text;  ///< one sentence without its full stop
    std::vector<OptionDescription> options;
};

/// The whole command line, taken from the options that the program declares: reference, manual page
/// and completions are made of it, so that none of them can be wrong. Options of no group are left
/// out: they print such pages.
struct ProgramDescription {
    CommandDescription program;
    std::vector<CommandDescription> commands;
};

ProgramDescription describe(const CLI::App& program);

}  // namespace headscope::app
