#include "core/tokenizer/json_beginning.h"

#include "core/base/error.h"

namespace headscope {
namespace {

/// The ids that a TemplateProcessing puts in front of a text.
std::vector<std::int32_t> ids_in_front(const JsonValue& processor) {
    constexpr int max_pieces = 16;  // each is looked for in a list that may be long
    std::vector<std::int32_t> ids;
    int pieces = 0;
    for (const JsonValue& piece : processor.at("single").items()) {
        const auto special = piece.find("SpecialToken");
        if (!special) break;  // the text itself
        if (++pieces > max_pieces) processor.refuse("a template of at most 16 tokens");
        const JsonValue name = special->at("id");
        for (const JsonValue& id :
             processor.at("special_tokens").at(name.text()).at("ids").items()) {
            ids.push_back(id.token_id());
        }
    }
    return ids;
}

void collect_ids(const JsonValue& processor, std::vector<std::int32_t>& ids, int depth) {
    const std::string_view type = processor.at("type").text();
    if (type == "Sequence") {
        if (depth == 8) processor.refuse("nested at most 8 times");
        for (const JsonValue& inner : processor.at("processors").items())
            collect_ids(inner, ids, depth + 1);
    } else if (type == "TemplateProcessing") {
        const std::vector<std::int32_t> more = ids_in_front(processor);
        ids.insert(ids.begin(), more.begin(), more.end());
    } else if (type != "ByteLevel") {  // which changes no ids
        fail(ErrorCode::unsupported,
             "{}: {} \"{}\" is not one that this version of Headscope reads; choose a model with "
             "another tokenizer",
             processor.source(), processor.path(), type);
    }
}

std::optional<std::int32_t> from_post_processor(const JsonValue& root) {
    const auto processor = root.find("post_processor");
    if (!processor) return std::nullopt;
    std::vector<std::int32_t> ids;
    collect_ids(*processor, ids, 0);
    if (ids.size() > 1) {
        fail(ErrorCode::unsupported,
             "{}: the post_processor puts {} tokens in front of a text, and this version of "
             "Headscope one at most; choose a model with another tokenizer",
             root.source(), ids.size());
    }
    return ids.empty() ? std::nullopt : std::optional(ids.front());
}

std::int32_t id_of(std::string_view token, const JsonValue& root,
                   const std::vector<AddedToken>& added_tokens) {
    for (const AddedToken& added : added_tokens) {
        if (added.content == token) return added.id;
    }
    if (const auto id = root.at("model").at("vocab").find(token)) return id->token_id();
    fail(ErrorCode::bad_input,
         "{}: the bos_token \"{}\" of tokenizer_config.json is not one of its tokens; fetch both "
         "files again",
         root.source(), token);
}

}  // namespace

std::optional<std::int32_t> read_beginning(const JsonValue& root, const TokenizerConfig& config,
                                           const std::vector<AddedToken>& added_tokens) {
    if (config.add_bos_token == false) return std::nullopt;
    if (config.add_bos_token == true && config.bos_token)
        return id_of(*config.bos_token, root, added_tokens);
    return from_post_processor(root);
}

}  // namespace headscope
