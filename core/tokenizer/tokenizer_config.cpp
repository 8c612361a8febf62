#include "core/tokenizer/tokenizer_config.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "core/base/file.h"

namespace headscope {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_config_bytes = std::size_t{64}
                                         << 20;  // chat templates, thousands of tokens

/// Null where the file is not there; a link without a target is.
std::shared_ptr<const JsonDocument> open_document(const fs::path& path) {
    std::error_code error;
    if (!fs::exists(fs::symlink_status(path, error))) return nullptr;
    return std::make_shared<const JsonDocument>(read_text_file(path, max_config_bytes),
                                                path.string());
}

/// A token is written as its text or as an object with a "content".
std::string token_text(const JsonValue& value) {
    return std::string(value.is_object() ? value.at("content").text() : value.text());
}

/// Adds the texts of special tokens: "bos_token" and its like, and lists of others.
void add_special_texts(const JsonValue& root, std::set<std::string>& texts) {
    for (const auto& [key, element] : root.object()) {
        const JsonValue value(element, root.source(), std::string(key));
        const bool names_one = key.ends_with("_token") && !key.starts_with("add_");
        if (names_one && (value.is_text() || value.is_object())) texts.insert(token_text(value));
        if ((key == "additional_special_tokens" || key == "extra_special_tokens") &&
            value.is_array()) {
            for (const JsonValue& item : value.items())
                texts.insert(token_text(item));
        }
    }
}

}  // namespace

AddedToken read_added_token(const JsonValue& value) {
    AddedToken token;
    token.content = value.at("content").text();
    token.special = value.boolean("special", false);
    token.normalized = value.boolean("normalized", !token.special);
    token.single_word = value.boolean("single_word", false);
    token.lstrip = value.boolean("lstrip", false);
    token.rstrip = value.boolean("rstrip", false);
    return token;
}

TokenizerConfig::TokenizerConfig(std::string_view text, std::string source)
    : document_(std::make_shared<const JsonDocument>(text, std::move(source))) {}

TokenizerConfig TokenizerConfig::open(const fs::path& model_dir) {
    TokenizerConfig config;
    config.document_ = open_document(model_dir / "tokenizer_config.json");
    config.model_dir_ = model_dir;
    return config;
}

std::string TokenizerConfig::tokenizer_class() const {
    if (!exists()) return {};
    std::string_view name = document_->root().text("tokenizer_class", "");
    if (name.ends_with("Fast") && name != "PreTrainedTokenizerFast") name.remove_suffix(4);
    return std::string(name);
}

std::optional<bool> TokenizerConfig::add_bos_token() const {
    const auto value = exists() ? document_->root().find("add_bos_token") : std::nullopt;
    return value ? std::optional(value->boolean()) : std::nullopt;
}

std::optional<std::string> TokenizerConfig::bos_token(std::optional<std::string> otherwise) const {
    if (!exists()) return otherwise;
    for (const auto& [key, element] : document_->root().object()) {
        if (key != "bos_token") continue;
        if (element.is_null()) return std::nullopt;
        return token_text(JsonValue(element, document_->root().source(), std::string(key)));
    }
    return otherwise;
}

bool TokenizerConfig::legacy() const {
    return exists() && document_->root().boolean("legacy", false);
}

std::vector<AddedToken> TokenizerConfig::added_tokens() const {
    const auto decoder = exists() ? document_->root().find("added_tokens_decoder") : std::nullopt;
    if (!decoder) return tokens_of_added_tokens_json();
    std::vector<AddedToken> tokens;
    for (const auto& [key, element] : decoder->object()) {
        const JsonValue value(element, decoder->source(),
                              fmt::format("{}.{}", decoder->path(), key));
        AddedToken token = read_added_token(value);
        const char* const end = key.data() + key.size();
        const auto [read, error] = std::from_chars(key.data(), end, token.id);
        if (error != std::errc() || read != end || token.id < 0)
            value.refuse("under a token id from 0 to 2147483646");
        tokens.push_back(std::move(token));
    }
    std::stable_sort(tokens.begin(), tokens.end(),
                     [](const auto& a, const auto& b) { return a.id < b.id; });
    return tokens;
}

/// The file of transformers before version 4.34: texts and ids, no more. What the configuration or
/// special_tokens_map.json names is special.
std::vector<AddedToken> TokenizerConfig::tokens_of_added_tokens_json() const {
    if (model_dir_.empty()) return {};
    const auto document = open_document(model_dir_ / "added_tokens.json");
    if (!document) return {};
    std::set<std::string> special;
    if (exists()) add_special_texts(document_->root(), special);
    if (const auto map = open_document(model_dir_ / "special_tokens_map.json"))
        add_special_texts(map->root(), special);
    std::vector<AddedToken> tokens;
    const JsonValue root = document->root();
    for (const auto& [key, element] : root.object()) {
        AddedToken token;
        token.id = JsonValue(element, root.source(), std::string(key)).token_id();
        token.content = key;
        token.special = special.contains(token.content);
        token.normalized = !token.special;
        tokens.push_back(std::move(token));
    }
    std::stable_sort(tokens.begin(), tokens.end(),
                     [](const auto& a, const auto& b) { return a.id < b.id; });
    return tokens;
}

}  // namespace headscope
