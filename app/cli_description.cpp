#include "app/cli_description.h"

#include <algorithm>
#include <cctype>
#include <sstream>

namespace headscope::app {
namespace {

/// Validators stand behind the type: "TEXT:{gptq,llama.cpp}", "UINT:POSITIVE".
void describe_type(std::string type, OptionDescription& to) {
    const std::size_t open = type.find('{');
    const std::size_t close = type.rfind('}');
    if (open != std::string::npos && close != std::string::npos) {
        std::istringstream choices(type.substr(open + 1, close - open - 1));
        for (std::string choice; std::getline(choices, choice, ',');)
            to.choices.push_back(choice);
        return;
    }
    to.kind = type.substr(0, type.find_first_of(":[ "));
    std::transform(to.kind.begin(), to.kind.end(), to.kind.begin(),
                   [](unsigned char letter) { return std::tolower(letter); });
}

ValueSource source_of(const std::string& kind) {
    if (kind == "folder") return ValueSource::folder;
    if (kind == "file" || kind == "path" || kind == "FILE|LIST") return ValueSource::file;
    return ValueSource::nothing;
}

OptionDescription describe_option(const CLI::Option& option) {
    OptionDescription described;
    if (option.get_positional()) described.position = option.get_name(/*positional=*/true);
    if (!option.get_lnames().empty()) described.name = "--" + option.get_lnames().front();
    if (!option.get_snames().empty()) described.short_name = "-" + option.get_snames().front();
    described.takes_value = option.get_items_expected_max() > 0;
    described.required = option.get_required();
    described.text = option.get_description();
    if (!described.takes_value) return described;
    described.standard = option.get_default_str();
    if (option.get_option_text().empty()) {
        describe_type(option.get_type_name(), described);
    } else {
        described.kind = option.get_option_text();
    }
    described.source = source_of(described.kind);
    return described;
}

CommandDescription describe_command(const CLI::App& command) {
    CommandDescription described{command.get_name(), command.get_description(), {}};
    for (const CLI::Option* option : command.get_options()) {
        if (!option->get_group().empty()) described.options.push_back(describe_option(*option));
    }
    return described;
}

}  // namespace

ProgramDescription describe(const CLI::App& program) {
    ProgramDescription described{describe_command(program), {}};
    for (const CLI::App* command : program.get_subcommands([](const CLI::App*) { return true; }))
        described.commands.push_back(describe_command(*command));
    return described;
}

}  // namespace headscope::app
