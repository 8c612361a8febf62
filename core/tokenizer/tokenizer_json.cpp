#include "core/tokenizer/tokenizer_json.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/tokenizer/bpe_tokenizer.h"
#include "core/tokenizer/json_added_token.h"
#include "core/tokenizer/json_beginning.h"
#include "core/tokenizer/json_document.h"
#include "core/tokenizer/json_steps.h"
#include "core/tokenizer/json_vocabulary.h"

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
        const std::string_view text = merge.text();
        const std::size_t space = text.find(' ');
        if (space == std::string_view::npos || text.find(' ', space + 1) != std::string_view::npos)
            damaged();
        return {text.substr(0, space), text.substr(space + 1)};
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

MergeListModel::Merges read_merges(const JsonValue& merges) {
    MergeListModel::Merges result;
    const simdjson::dom::array array = merges.array();
    result.reserve(array.size());
    for (const simdjson::dom::element element : array)
        result.push_back(read_merge(merges, element, result.size()));
    return result;
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
        tokens.push_back(read_added_token(value, value.at("id").token_id()));
    return tokens;
}

}  // namespace

std::unique_ptr<const Tokenizer> parse_tokenizer_json(std::string text, const std::string& source,
                                                      const TokenizerConfig& config) {
    const auto document = std::make_shared<const JsonDocument>(text, source);
    const JsonValue root = document->root();
    const JsonValue model = root.at("model");
    check_model(model);

    BpeParts parts;
    parts.source = source;
    parts.added_tokens = read_added_tokens(root);
    if (const auto normalizer = root.find("normalizer"))
        parts.normalizer = Normalizer(read_normalizer(*normalizer), source);
    PreTokenizerSteps cut;
    if (const auto pre_tokenizer = root.find("pre_tokenizer"))
        cut = read_pre_tokenizer(*pre_tokenizer);
    parts.kind = cut.byte_level ? "byte-level BPE" : "BPE";
    parts.pre_tokenizer = PreTokenizer(std::move(cut.steps));
    parts.bos = read_beginning(root, config, parts.added_tokens);
    parts.make_model = [document, byte_level = cut.byte_level] {
        return make_model(document->root().at("model"), byte_level);
    };
    parts.file = std::make_shared<const std::string>(std::move(text));
    return std::make_unique<BpeTokenizer>(std::move(parts));
}

}  // namespace headscope
