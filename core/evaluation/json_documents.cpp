#include "core/evaluation/json_documents.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/json.h"

namespace headscope {
namespace {

constexpr std::array kEndings = {std::string_view(".json"), std::string_view(".jsonl"),
                                 std::string_view(".ndjson")};

/// Takes a line from the front of `bytes`, without its newline.
std::string_view take_line(std::string_view& bytes) {
    const std::size_t end = std::min(bytes.find('\n'), bytes.size());
    const std::string_view line = bytes.substr(0, end);
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
    return line;
}

bool is_blank(std::string_view line) {
    return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

bool is_document(const nlohmann::json& json) {
    return json.is_object() && json.contains("text") && json.at("text").is_string();
}

}  // namespace

bool has_json_lines(std::string_view bytes, std::string_view file_name) {
    if (file_name.ends_with(".gz")) file_name.remove_suffix(3);
    if (std::any_of(kEndings.begin(), kEndings.end(),
                    [&](std::string_view ending) { return file_name.ends_with(ending); }))
        return true;
    const std::string_view line = take_line(bytes);
    if (!line.starts_with('{')) return false;
    try {
        return is_document(parse_json(line, file_name));
    } catch (const Error&) {
        return false;
    }
}

JsonDocuments read_json_documents(std::string_view bytes, std::size_t most,
                                  std::string_view source) {
    JsonDocuments documents;
    for (std::size_t number = 1; !bytes.empty(); ++number) {
        const std::string_view line = take_line(bytes);
        if (is_blank(line)) continue;
        if (++documents.lines > most) continue;
        const std::string where = fmt::format("{}, line {}", source, number);
        const nlohmann::json json = parse_json(line, where);
        if (!is_document(json)) {
            fail(ErrorCode::bad_input,
                 "{}: no \"text\"; a corpus of JSON has an object with a text on each line, as "
                 "C4's files",
                 where);
        }
        if (documents.lines > 1) documents.joined += ' ';
        documents.joined += json.at("text").get_ref<const std::string&>();
    }
    return documents;
}

}  // namespace headscope
