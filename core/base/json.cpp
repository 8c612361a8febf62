#include "core/base/json.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/utf8.h"

namespace headscope {
namespace {

using nlohmann::json;

constexpr int kMaxDepth = 64;

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
    if (const std::size_t good = valid_utf8_prefix(text); good != text.size()) {
        fail(ErrorCode::bad_input, "{}: not valid UTF-8 at byte {}; the file is damaged", source,
             good);
    }
    std::vector<std::set<std::string>> keys;
    const json::parser_callback_t reject_duplicates = [&](int depth, json::parse_event_t event,
                                                          json& parsed) {
        if (depth > kMaxDepth) {
            fail(ErrorCode::bad_input, "{}: JSON nested more than {} levels deep", source,
                 kMaxDepth);
        }
        if (event == json::parse_event_t::object_start) {
            keys.emplace_back();
        } else if (event == json::parse_event_t::object_end) {
            keys.pop_back();
        } else if (event == json::parse_event_t::key) {
            const auto& key = parsed.get_ref<const std::string&>();
            if (!keys.back().insert(key).second) {
                fail(ErrorCode::bad_input, "{}: the key \"{}\" stands twice in one object", source,
                     key);
            }
        }
        return true;
    };
    try {
        return json::parse(text, reject_duplicates);
    } catch (const json::exception& error) {
        fail(ErrorCode::bad_input, "{}: not valid JSON ({})", source, error.what());
    }
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
