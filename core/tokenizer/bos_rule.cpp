#include "core/tokenizer/bos_rule.h"

#include <utility>
#include <vector>

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

std::optional<std::int32_t> id_of_post_processor(const JsonValue& root) {
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

constexpr std::string_view always_adds = "CodeLlamaTokenizer";
constexpr std::string_view never_adds = "GPTNeoXTokenizer";

std::int32_t id_of(const std::string& token, const FindToken& find, std::string_view source) {
    const std::int32_t id = find(token);
    if (id >= 0) return id;
    fail(
        ErrorCode::bad_input,
        "{}: the bos_token \"{}\" of tokenizer_config.json is not one of its tokens; download both "
        "files again",
        source, token);
}

}  // namespace

BosRule bos_beside_tokenizer_json(const JsonValue& root, const TokenizerConfig& config,
                                  const FindToken& find) {
    const std::string tokenizer_class = config.tokenizer_class();
    if (tokenizer_class == never_adds) return {std::nullopt, fmt::format("class {}", never_adds)};
    if (tokenizer_class == always_adds) {
        const std::optional<std::string> token = config.bos_token("<s>");
        if (token)
            return {id_of(*token, find, root.source()), fmt::format("class {}", always_adds)};
    }
    return {id_of_post_processor(root), "post_processor of tokenizer.json"};
}

BosRule bos_by_config(const TokenizerConfig& config, std::optional<std::string> default_bos,
                      const FindToken& find, std::string_view source) {
    const std::optional<bool> flag = config.add_bos_token();
    const bool by_class = !flag && config.tokenizer_class() == always_adds;
    const std::optional<std::string> token = config.bos_token(std::move(default_bos));
    BosRule rule;
    rule.decided_by = flag ? "add_bos_token of tokenizer_config.json"
                      : by_class
                          ? fmt::format("class {}", always_adds)
                          : "tokenizer_config.json, which does not ask for it (add_bos_token)";
    if (flag.value_or(by_class) && token) rule.id = id_of(*token, find, source);
    return rule;
}

}  // namespace headscope
