#include "core/base/json.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json_text.h"
#include "core/base/utf8.h"

namespace headscope {
namespace {

using nlohmann::json;

constexpr int kMaxDepth = 64;

/// The number that a string of to_standard_json stands for.
std::optional<double> number_of(std::string_view text) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    if (text == json_nan) return std::numeric_limits<double>::quiet_NaN();
    if (text == json_infinity) return infinity;
    if (text == json_minus_infinity) return -infinity;
    return std::nullopt;
}

/// `is_rewritten`: the text comes from to_standard_json.
template <typename Json>
Json parse_standard(std::string_view text, std::string_view source, bool is_rewritten) {
    std::vector<std::set<std::string>> keys;
    const auto check = [&](int depth, typename Json::parse_event_t event, Json& parsed) {
        if (depth > kMaxDepth) {
            fail(ErrorCode::bad_input, "{}: JSON nested more than {} levels deep", source,
                 kMaxDepth);
        }
        if (event == Json::parse_event_t::object_start) {
            keys.emplace_back();
        } else if (event == Json::parse_event_t::object_end) {
            keys.pop_back();
        } else if (event == Json::parse_event_t::key) {
            const auto& key = parsed.template get_ref<const std::string&>();
            if (!keys.back().insert(key).second) {
                fail(ErrorCode::bad_input, "{}: the key \"{}\" stands twice in one object", source,
                     key);
            }
        } else if (is_rewritten && parsed.is_string()) {
            if (const auto number = number_of(parsed.template get_ref<const std::string&>()))
                parsed = *number;
        }
        return true;
    };
    return Json::parse(text, check);
}

template <typename Json>
Json parse(std::string_view text, std::string_view source) {
    if (valid_utf8_prefix(text) != text.size()) refuse_json(text, source, "not UTF-8");
    try {
        return parse_standard<Json>(text, source, false);
    } catch (const json::exception&) {
        // Not JSON, or not of RFC 8259.
    }
    try {
        return parse_standard<Json>(to_standard_json(text), source, true);
    } catch (const json::exception&) {
        refuse_json(text, source, "of an unknown form");
    }
}

void append_readable(const nlohmann::ordered_json& value, int depth, std::string& out) {
    const auto line = [&](int levels) {
        out += '\n';
        out.append(static_cast<std::size_t>(levels) * 2, ' ');
    };
    const bool nested = std::any_of(value.begin(), value.end(),
                                    [](const auto& item) { return item.is_structured(); });
    if (!value.is_structured() || value.empty() || (value.is_array() && !nested)) {
        out += dump_line(value);
        return;
    }
    out += value.is_object() ? '{' : '[';
    bool first = true;
    for (const auto& [key, item] : value.items()) {
        if (!first) out += ',';
        first = false;
        line(depth + 1);
        if (value.is_object()) out += dump_line(key) + ": ";
        append_readable(item, depth + 1, out);
    }
    line(depth);
    out += value.is_object() ? '}' : ']';
}

}  // namespace

json parse_json(std::string_view text, std::string_view source) {
    return parse<json>(text, source);
}

nlohmann::ordered_json parse_ordered_json(std::string_view text, std::string_view source) {
    return parse<nlohmann::ordered_json>(text, source);
}

json read_json_file(const std::filesystem::path& path, std::size_t max_bytes) {
    return parse_json(read_text_file(path, max_bytes), path.string());
}

std::string dump_line(const nlohmann::ordered_json& value) {
    return value.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::string dump_readable(const nlohmann::ordered_json& value) {
    std::string out;
    append_readable(value, 0, out);
    out += '\n';
    return out;
}

}  // namespace headscope
