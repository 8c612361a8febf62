#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace headscope {

/// Reads a JSON value into `out` and says whether it is of that kind. Stricter than the JSON
/// library's own conversions, which cut a number short that does not fit, or worse.
template <typename Value>
bool read_value(const nlohmann::json& json, Value& out) {
    if constexpr (std::same_as<Value, bool>) {
        if (!json.is_boolean()) return false;
        out = json.get<bool>();
    } else if constexpr (std::integral<Value>) {
        if (json.is_number_unsigned()) {
            const auto number = json.get<std::uint64_t>();
            if (!std::in_range<Value>(number)) return false;
            out = static_cast<Value>(number);
        } else {
            if (!json.is_number_integer() || !std::in_range<Value>(json.get<std::int64_t>()))
                return false;
            out = static_cast<Value>(json.get<std::int64_t>());
        }
    } else if constexpr (std::floating_point<Value>) {
        if (!json.is_number()) return false;
        out = json.get<Value>();
    } else {
        static_assert(std::same_as<Value, std::string>);
        if (!json.is_string()) return false;
        out = json.get_ref<const std::string&>();
    }
    return true;
}

template <typename Item>
bool read_value(const nlohmann::json& json, std::vector<Item>& out) {
    if (!json.is_array()) return false;
    out.clear();
    for (const nlohmann::json& item : json) {
        if (!read_value(item, out.emplace_back())) return false;
    }
    return true;
}

}  // namespace headscope
