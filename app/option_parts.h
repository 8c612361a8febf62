#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <CLI/App.hpp>

/// What the groups of options are made of.
namespace headscope::app {

/// "--max_windows" as "--max_windows,--max-windows".
inline std::string both_spellings(std::string name) {
    std::string hyphens = name;
    std::replace(hyphens.begin(), hyphens.end(), '_', '-');
    return hyphens == name ? name : name + "," + hyphens;
}

template <typename Value>
CLI::Option* add(CLI::App& command, const std::string& name, Value& value,
                 const std::string& help) {
    return command.add_option(both_spellings(name), value, help);
}

inline CLI::Option* add_choice(CLI::App& command, const std::string& name, std::string& value,
                               std::vector<std::string> choices, const std::string& help) {
    return add(command, name, value, help)
        ->check(CLI::IsMember(std::move(choices)))
        ->capture_default_str();
}

/// One of `choices`, or several of them with commas.
inline CLI::Option* add_choices(CLI::App& command, const std::string& name, std::string& value,
                                std::vector<std::string> choices, const std::string& help) {
    const CLI::Validator one = CLI::IsMember(std::move(choices));
    CLI::Option* option = add(command, name, value, help)->capture_default_str();
    option->check([one](const std::string& text) -> std::string {
        for (std::size_t at = 0; at <= text.size();) {
            const std::size_t end = std::min(text.find(',', at), text.size());
            std::string each = text.substr(at, end - at);
            at = end + 1;
            if (std::string wrong = one(each); !wrong.empty()) return wrong;
        }
        return {};
    });
    return option->type_name("TEXT:" + one.get_description());
}

/// Not CLI::PositiveNumber, whose message names a range of hundreds of digits.
inline std::string at_least_one(const std::string& text) {
    std::int64_t value = 0;
    return CLI::detail::lexical_cast(text, value) && value >= 1
               ? std::string()
               : text + " is not a whole number of at least 1";
}

}  // namespace headscope::app
