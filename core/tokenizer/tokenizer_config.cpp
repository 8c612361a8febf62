#include "core/tokenizer/tokenizer_config.h"

#include <charconv>
#include <limits>

#include "core/base/error.h"
#include "core/tokenizer/json_added_token.h"
#include "core/tokenizer/json_document.h"

namespace headscope {
namespace {

std::vector<AddedToken> added_tokens(const JsonValue& decoder) {
    std::vector<AddedToken> tokens;
    for (const auto& [key, element] : decoder.object()) {
        const JsonValue value(element, decoder.source(), fmt::format("{}.{}", decoder.path(), key));
        std::int32_t id = -1;
        const char* const end = key.data() + key.size();
        const auto [read, error] = std::from_chars(key.data(), end, id);
        if (error != std::errc() || read != end || id < 0 ||
            id == std::numeric_limits<std::int32_t>::max()) {
            value.refuse("under a token id from 0 to 2147483646");
        }
        tokens.push_back(read_added_token(value, id));
    }
    return tokens;
}

}  // namespace

TokenizerConfig parse_tokenizer_config(std::string_view text, const std::string& source) {
    const JsonDocument document(text, source);
    const JsonValue root = document.root();
    TokenizerConfig config;
    std::string_view name = root.text("tokenizer_class", "");
    if (name.ends_with("Fast")) name.remove_suffix(4);
    config.tokenizer_class = name;
    if (const auto value = root.find("add_bos_token")) config.add_bos_token = value->boolean();
    if (const auto value = root.find("bos_token")) {
        config.bos_token = value->is_object() ? value->at("content").text() : value->text();
    }
    if (const auto value = root.find("added_tokens_decoder"))
        config.added_tokens = added_tokens(*value);
    return config;
}

}  // namespace headscope
