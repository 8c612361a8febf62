#include "core/tokenizer/json_document.h"

#include <limits>

#include "core/base/error.h"
#include "core/base/json_text.h"

namespace headscope {

std::string_view JsonValue::text() const {
    std::string_view value;
    if (element_.get(value) != simdjson::SUCCESS) refuse("a string");
    return value;
}

bool JsonValue::boolean() const {
    bool value = false;
    if (element_.get(value) != simdjson::SUCCESS) refuse("true or false");
    return value;
}

double JsonValue::number() const {
    double value = 0;
    if (element_.get(value) != simdjson::SUCCESS) refuse("a number");
    return value;
}

std::int32_t JsonValue::token_id() const {
    // So that one more than the highest id is a number as well.
    constexpr std::int64_t max_id = std::numeric_limits<std::int32_t>::max() - 1;
    std::int64_t value = 0;
    if (element_.get(value) != simdjson::SUCCESS || value < 0 || value > max_id)
        refuse("a token id from 0 to 2147483646");
    return static_cast<std::int32_t>(value);
}

simdjson::dom::array JsonValue::array() const {
    simdjson::dom::array value;
    if (element_.get(value) != simdjson::SUCCESS) refuse("an array");
    return value;
}

simdjson::dom::object JsonValue::object() const {
    simdjson::dom::object value;
    if (element_.get(value) != simdjson::SUCCESS) refuse("an object");
    return value;
}

std::vector<JsonValue> JsonValue::items() const {
    std::vector<JsonValue> values;
    for (const simdjson::dom::element item : array())
        values.emplace_back(item, source_, fmt::format("{}[{}]", path_, values.size()));
    return values;
}

std::optional<JsonValue> JsonValue::find(std::string_view key) const {
    std::optional<simdjson::dom::element> found;
    for (const auto& [name, value] : object()) {
        if (name != key) continue;
        if (found) {
            fail(ErrorCode::bad_input, "{}: the key \"{}\" stands twice in one object", source_,
                 key);
        }
        found = value;
    }
    if (!found || found->is_null()) return std::nullopt;
    return JsonValue(*found, source_,
                     path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key));
}

JsonValue JsonValue::at(std::string_view key) const {
    const std::optional<JsonValue> value = find(key);
    if (!value) {
        fail(ErrorCode::bad_input, "{}: {} has no \"{}\"; the file is damaged", source_,
             path_.empty() ? "the file" : path_, key);
    }
    return *value;
}

bool JsonValue::boolean(std::string_view key, bool otherwise) const {
    const std::optional<JsonValue> value = find(key);
    return value ? value->boolean() : otherwise;
}

std::string_view JsonValue::text(std::string_view key, std::string_view otherwise) const {
    const std::optional<JsonValue> value = find(key);
    return value ? value->text() : otherwise;
}

void JsonValue::refuse(std::string_view expected) const {
    fail(ErrorCode::bad_input, "{}: {} is not {}; the file is damaged", source_,
         path_.empty() ? "the file" : path_, expected);
}

JsonDocument::JsonDocument(std::string_view text, std::string source) : source_(std::move(source)) {
    simdjson::error_code error = parser_.parse(text.data(), text.size()).get(root_);
    if (error == simdjson::SUCCESS) return;
    const std::string standard = to_standard_json(text);
    error = parser_.parse(standard).get(root_);
    if (error != simdjson::SUCCESS) refuse_json(text, source_, simdjson::error_message(error));
}

}  // namespace headscope
