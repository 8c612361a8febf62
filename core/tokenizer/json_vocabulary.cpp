#include "core/tokenizer/json_vocabulary.h"

#include <algorithm>
#include <limits>

#include "core/base/error.h"

namespace headscope {
namespace {

constexpr std::int64_t max_size = std::numeric_limits<std::int32_t>::max();

[[noreturn]] void refuse_id(const JsonValue& vocabulary, std::string_view token,
                            simdjson::dom::element element) {
    JsonValue(element, vocabulary.source(), fmt::format("{}[\"{}\"]", vocabulary.path(), token))
        .refuse("a token id from 0 to 2147483646");
}

}  // namespace

std::pair<Vocabulary, std::int32_t> read_vocabulary(const JsonValue& value) {
    Vocabulary vocabulary;
    std::int32_t size = 0;
    const simdjson::dom::object object = value.object();
    vocabulary.reserve(object.size());
    for (const auto& [token, element] : object) {
        // Only an error needs a path, and making one takes longer than all the rest.
        if (!element.is_int64()) refuse_id(value, token, element);
        const std::int64_t number = element.get_int64().value_unsafe();
        if (number < 0 || number >= max_size) refuse_id(value, token, element);
        const auto id = static_cast<std::int32_t>(number);
        size = std::max(size, id + 1);
        if (!vocabulary.insert(token, id)) {
            fail(ErrorCode::bad_input, "{}: the token \"{}\" stands twice in {}", value.source(),
                 token, value.path());
        }
    }
    return {std::move(vocabulary), size};
}

}  // namespace headscope
