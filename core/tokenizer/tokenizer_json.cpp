#include "core/tokenizer/tokenizer_json.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <limits>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/tokenizer/bos_rule.h"
#include "core/tokenizer/bpe_tokenizer.h"
#include "core/tokenizer/json_document.h"
#include "core/tokenizer/tokenizer_pipeline.h"

namespace headscope {
namespace {

/// One merge, written as "a b" or as ["a", "b"].
std::pair<std::string_view, std::string_view> read_merge(const JsonValue& merges,
                                                         simdjson::dom::element element,
                                                         std::size_t index) {
    const JsonValue merge(element, merges.source(), {});
    const auto damaged = [&]() {
        JsonValue(element, merges.source(), fmt::format("{}[{}]", merges.path(), index))
            .refuse("two tokens, as \"a b\" or [\"a\", \"b\"]");
    };
    if (merge.is_text()) {
        const auto pair = split_merge(merge.text());
        if (!pair) damaged();
        return *pair;
    }
    if (!merge.is_array()) damaged();
    const simdjson::dom::array pair = merge.array();
    std::string_view left;
    std::string_view right;
    if (pair.size() != 2 || pair.at(0).get(left) != simdjson::SUCCESS ||
        pair.at(1).get(right) != simdjson::SUCCESS) {
        damaged();
    }
    return {left, right};
}

/// Refuses what is not the BPE that MergeListModel does.
void check_model(const JsonValue& model) {
    const std::string_view type = model.text("type", "BPE");
    if (type != "BPE") {
        fail(
            ErrorCode::unsupported,
            "{}: a tokenizer of type {}, which this version of Headscope does not read (only BPE); "
            "choose another model, or put its SentencePiece tokenizer.model beside it",
            model.source(), type);
    }
    if (const auto dropout = model.find("dropout"); dropout && dropout->number() != 0) {
        fail(ErrorCode::unsupported,
             "{}: model.dropout makes the ids random; remove it from the file", model.source());
    }
    for (const char* key : {"continuing_subword_prefix", "end_of_word_suffix"}) {
        if (!model.text(key, "").empty()) {
            fail(ErrorCode::unsupported,
                 "{}: model.{} is not something that this version of Headscope reads; choose a "
                 "model with another tokenizer",
                 model.source(), key);
        }
    }
}

std::unique_ptr<const BpeModel> make_model(const JsonValue& model, bool byte_level) {
    const JsonValue value = model.at("vocab");
    auto [vocabulary, size] = read_vocabulary(value);
    MergeListModel::Options options{.byte_level = byte_level,
                                    .ignore_merges = model.boolean("ignore_merges", false),
                                    .byte_fallback = model.boolean("byte_fallback", false),
                                    .fuse_unknown = model.boolean("fuse_unk", false)};
    if (const auto unknown = model.find("unk_token")) {
        const std::int32_t* const id = vocabulary.find(unknown->text());
        if (id == nullptr) {
            fail(ErrorCode::bad_input,
                 "{}: the vocabulary does not have the unk_token \"{}\"; the file is damaged",
                 model.source(), unknown->text());
        }
        options.unknown = *id;
    }
    return std::make_unique<MergeListModel>(
        std::move(vocabulary), size, read_merges(model.at("merges")), options, model.source());
}

std::vector<AddedToken> read_added_tokens(const JsonValue& root) {
    std::vector<AddedToken> tokens;
    const auto list = root.find("added_tokens");
    if (!list) return tokens;
    for (const JsonValue& value : list->items())
        tokens.push_back(read_added_token(value));
    return tokens;
}

/// Adds those of the configuration. Gives a text of what makes other ids of them than the file
/// alone would give.
std::string add_tokens_of_config(const TokenizerConfig& config, std::vector<AddedToken>& tokens) {
    std::set<std::string, std::less<>> of_file;
    for (const AddedToken& token : tokens)
        of_file.insert(describe(token));
    std::string difference;
    for (AddedToken& token : config.added_tokens()) {
        const std::string description = describe(token);
        if (!of_file.contains(description)) difference += description;
        tokens.push_back(std::move(token));
    }
    return difference;
}

}  // namespace

std::pair<Vocabulary, std::int32_t> read_vocabulary(const JsonValue& value) {
    constexpr std::int64_t max_size = std::numeric_limits<std::int32_t>::max();
    Vocabulary vocabulary;
    std::int32_t size = 0;
    const simdjson::dom::object object = value.object();
    vocabulary.reserve(object.size());
    for (const auto& [token, element] : object) {
        std::int64_t id = -1;
        // Only an error needs a path, and making one takes longer than all the rest.
        if (element.get(id) != simdjson::SUCCESS || id < 0 || id >= max_size) {
            JsonValue(element, value.source(), fmt::format("{}[\"{}\"]", value.path(), token))
                .refuse("a token id from 0 to 2147483646");
        }
        size = std::max(size, static_cast<std::int32_t>(id) + 1);
        if (!vocabulary.insert(token, static_cast<std::int32_t>(id))) {
            fail(ErrorCode::bad_input, "{}: the token \"{}\" stands twice in {}", value.source(),
                 token, value.path());
        }
    }
    return {std::move(vocabulary), size};
}

MergeListModel::Merges read_merges(const JsonValue& merges) {
    MergeListModel::Merges result;
    const simdjson::dom::array array = merges.array();
    result.reserve(array.size());
    std::size_t index = 0;
    for (const simdjson::dom::element element : array) {
        std::string_view line;
        const bool is_line = element.get(line) == simdjson::SUCCESS;
        if (!is_line || !is_version_line(line))
            result.push_back(read_merge(merges, element, index));
        ++index;
    }
    return result;
}

std::vector<AddedToken> read_added_tokens(const JsonValue& root, const TokenizerConfig& config) {
    std::vector<AddedToken> tokens = read_added_tokens(root);
    for (AddedToken& token : config.added_tokens())
        tokens.push_back(std::move(token));
    return tokens;
}

bool is_version_line(std::string_view line) {
    return line.starts_with("#version");
}

std::optional<std::pair<std::string_view, std::string_view>> split_merge(std::string_view line) {
    const std::size_t space = line.find(' ');
    if (space == std::string_view::npos || line.find(' ', space + 1) != std::string_view::npos)
        return std::nullopt;
    return std::pair(line.substr(0, space), line.substr(space + 1));
}

std::unique_ptr<const Tokenizer> parse_tokenizer_json(std::string text, const std::string& source,
                                                      const TokenizerConfig& config) {
    const auto document = std::make_shared<const JsonDocument>(text, source);
    const JsonValue root = document->root();
    const JsonValue model = root.at("model");
    check_model(model);

    BpeParts parts;
    parts.source = source;
    parts.added_tokens = read_added_tokens(root);
    text += add_tokens_of_config(config, parts.added_tokens);
    if (const auto normalizer = root.find("normalizer"))
        parts.normalizer = Normalizer(read_normalizer(*normalizer), source);
    PreTokenizerSteps cut;
    if (const auto pre_tokenizer = root.find("pre_tokenizer"))
        cut = read_pre_tokenizer(*pre_tokenizer);
    parts.kind = cut.byte_level ? "byte-level BPE" : "BPE";
    parts.pre_tokenizer = PreTokenizer(std::move(cut.steps));
    parts.bos = bos_beside_tokenizer_json(root, config, [&](std::string_view token) {
        const auto id = model.at("vocab").find(token);
        return id ? id->token_id() : -1;
    });
    parts.make_model = [document, byte_level = cut.byte_level] {
        return make_model(document->root().at("model"), byte_level);
    };
    parts.file = std::make_shared<const std::string>(std::move(text));
    return std::make_unique<BpeTokenizer>(std::move(parts));
}

}  // namespace headscope
