#include "core/tokenizer/json_added_token.h"

namespace headscope {

AddedToken read_added_token(const JsonValue& value, std::int32_t id) {
    AddedToken token;
    token.id = id;
    token.content = value.at("content").text();
    token.special = value.boolean("special", false);
    token.normalized = value.boolean("normalized", !token.special);
    token.conditional = value.boolean("single_word", false) || value.boolean("lstrip", false) ||
                        value.boolean("rstrip", false);
    return token;
}

}  // namespace headscope
