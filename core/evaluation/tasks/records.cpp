#include "core/evaluation/tasks/records.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>
#include <utf8proc.h>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json.h"

namespace headscope::tasks {
namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 30;

/// The code point that begins at `at`, and its bytes; a bad byte counts as a character of its own.
std::size_t decode(std::string_view text, std::size_t at, utf8proc_int32_t& code) {
    const auto length =
        utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()) + at,
                         static_cast<utf8proc_ssize_t>(text.size() - at), &code);
    if (length > 0) return static_cast<std::size_t>(length);
    code = static_cast<unsigned char>(text[at]);
    return 1;
}

void append(std::string& text, utf8proc_int32_t code) {
    std::array<utf8proc_uint8_t, 4> bytes{};
    const auto length = utf8proc_encode_char(code, bytes.data());
    text.append(reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(length));
}

/// What Python's str.isspace() calls white space.
bool is_space(utf8proc_int32_t code) {
    if (code < 0x80) return code == ' ' || (code >= 9 && code <= 13) || (code >= 28 && code <= 31);
    return code == 0x85 || code == 0xA0 || code == 0x1680 || (code >= 0x2000 && code <= 0x200A) ||
           code == 0x2028 || code == 0x2029 || code == 0x202F || code == 0x205F || code == 0x3000;
}

}  // namespace

Record::Record(nlohmann::json json, std::string where)
    : json_(std::move(json)), where_(std::move(where)) {
    if (!json_.is_object()) wrong("it is not an object");
}

void Record::wrong(const std::string& what) const {
    fail(ErrorCode::bad_input, "{}: {}; is this the file of another data set?", where_, what);
}

const nlohmann::json& Record::value(const char* key) const {
    if (!json_.contains(key)) wrong(fmt::format("\"{}\" is missing", key));
    return json_.at(key);
}

std::string Record::text(const char* key) const {
    const nlohmann::json& found = value(key);
    if (!found.is_string()) wrong(fmt::format("\"{}\" is not a text", key));
    return found.get<std::string>();
}

std::vector<std::string> Record::texts(const char* key) const {
    const nlohmann::json& found = value(key);
    const bool good = found.is_array() && !found.empty() &&
                      std::all_of(found.begin(), found.end(),
                                  [](const nlohmann::json& each) { return each.is_string(); });
    if (!good) wrong(fmt::format("\"{}\" is not a list of texts", key));
    return found.get<std::vector<std::string>>();
}

std::size_t Record::index(const char* key, std::size_t choices) const {
    const nlohmann::json& found = value(key);
    std::size_t index = choices;
    if (found.is_number_unsigned()) {
        index = found.get<std::size_t>();
    } else if (found.is_string()) {
        const std::string digits = found.get<std::string>();
        std::from_chars(digits.data(), digits.data() + digits.size(), index);
    }
    if (index >= choices) wrong(fmt::format("\"{}\" is not the number of a choice", key));
    return index;
}

std::vector<TaskItem> read_json_lines(const std::filesystem::path& path,
                                      const std::function<TaskItem(const Record&)>& item_of) {
    const std::string bytes = read_text_file(path, kMostBytes);
    std::vector<TaskItem> items;
    std::size_t number = 0;
    for (std::size_t at = 0; at < bytes.size();) {
        const std::size_t end = std::min(bytes.find('\n', at), bytes.size());
        const std::string_view line = std::string_view(bytes).substr(at, end - at);
        at = end + 1;
        ++number;
        if (strip(line).empty()) continue;
        const std::string where = fmt::format("{}, line {}", path.string(), number);
        items.push_back(item_of(Record(parse_json(std::string(line), where), where)));
    }
    if (items.empty()) fail(ErrorCode::bad_input, "{}: no items", path.string());
    return items;
}

std::vector<std::vector<std::string>> read_csv(const std::filesystem::path& path) {
    const std::string bytes = read_text_file(path, kMostBytes);
    std::vector<std::vector<std::string>> rows;
    std::vector<std::string> row;
    std::string cell;
    bool quoted = false;
    const auto end_row = [&] {
        row.push_back(std::move(cell));
        cell.clear();
        if (row.size() > 1 || !row.front().empty()) rows.push_back(row);
        row.clear();
    };
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const char c = bytes[i];
        if (quoted) {
            if (c != '"') {
                cell += c;
            } else if (i + 1 < bytes.size() && bytes[i + 1] == '"') {
                cell += bytes[++i];
            } else {
                quoted = false;
            }
        } else if (c == '"' && cell.empty()) {
            quoted = true;
        } else if (c == ',') {
            row.push_back(std::move(cell));
            cell.clear();
        } else if (c == '\n') {
            end_row();
        } else if (c != '\r') {
            cell += c;
        }
    }
    if (quoted) fail(ErrorCode::bad_input, "{}: a quoted cell has no end", path.string());
    if (!cell.empty() || !row.empty()) end_row();
    return rows;
}

TaskItem choices_after(const std::string& context, const std::vector<std::string>& choices,
                       std::size_t gold) {
    TaskItem item;
    item.gold = gold;
    for (const std::string& choice : choices) {
        item.requests.push_back({context, " " + choice});
        item.lengths.push_back(static_cast<double>(character_count(choice)));
    }
    return item;
}

LabelledQuestion labelled_question(const Record& record) {
    LabelledQuestion question;
    std::vector<std::string> labels;
    const bool nested = record.has("question") && record.value("question").is_object();
    if (nested) {
        const Record inner(record.value("question"), record.where());
        question.stem = inner.text("stem");
        for (const nlohmann::json& choice : inner.value("choices")) {
            const Record entry(choice, record.where());
            question.choices.push_back(entry.text("text"));
            labels.push_back(entry.text("label"));
        }
    } else {
        question.stem = record.text(record.has("question_stem") ? "question_stem" : "question");
        const Record choices(record.value("choices"), record.where());
        question.choices = choices.texts("text");
        labels = choices.texts("label");
    }
    const std::string key = record.text("answerKey");
    const auto found = std::find(labels.begin(), labels.end(), std::string(strip(key)));
    if (labels.size() != question.choices.size() || found == labels.end())
        record.wrong("\"answerKey\" is not the label of a choice");
    question.gold = static_cast<std::size_t>(found - labels.begin());
    return question;
}

std::string_view strip_right(std::string_view text) {
    std::size_t end = 0;
    for (std::size_t at = 0; at < text.size();) {
        utf8proc_int32_t code = 0;
        at += decode(text, at, code);
        if (!is_space(code)) end = at;
    }
    return text.substr(0, end);
}

std::string_view strip(std::string_view text) {
    return strip_left(strip_right(text));
}

std::string_view strip_left(std::string_view text) {
    while (!text.empty()) {
        utf8proc_int32_t code = 0;
        const std::size_t length = decode(text, 0, code);
        if (!is_space(code)) break;
        text.remove_prefix(length);
    }
    return text;
}

std::string capitalize(std::string_view text) {
    std::string result;
    for (std::size_t at = 0; at < text.size();) {
        utf8proc_int32_t code = 0;
        const bool first = at == 0;
        at += decode(text, at, code);
        append(result, first ? utf8proc_totitle(code) : utf8proc_tolower(code));
    }
    return result;
}

std::size_t character_count(std::string_view text) {
    std::size_t count = 0;
    utf8proc_int32_t code = 0;
    for (std::size_t at = 0; at < text.size(); ++count)
        at += decode(text, at, code);
    return count;
}

std::string replace_all(std::string_view text, std::string_view from, std::string_view to) {
    std::string result;
    for (std::size_t at = 0;;) {
        const std::size_t found = text.find(from, at);
        result += text.substr(at, found == std::string_view::npos ? found : found - at);
        if (found == std::string_view::npos) return result;
        result += to;
        at = found + from.size();
    }
}

}  // namespace headscope::tasks
