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

/// Not CLI::PositiveNumber, whose message names a range of hundreds of digits.
inline std::string at_least_one(const std::string& text) {
    std::int64_t value = 0;
    return CLI::detail::lexical_cast(text, value) && value >= 1
               ? std::string()
               : text + " is not a whole number of at least 1";
}

}  // namespace headscope::app
