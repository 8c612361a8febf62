#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/base/utf8.h"
#include "core/tokenizer/bpe_tokenizer.h"
#include "core/tokenizer/tokenizer_json.h"
#include "core/tokenizer/word_expressions.h"

namespace headscope {
namespace {

/// The lines of merges.txt, "a b" each, in the order of their precedence.
MergeListModel::Merges read_merges(std::string_view text, const std::string& source) {
    if (const std::size_t good = valid_utf8_prefix(text); good != text.size())
        fail(ErrorCode::bad_input, "{}: not UTF-8 at byte {}; the file is damaged", source, good);
    MergeListModel::Merges merges;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (line.empty() || is_version_line(line)) continue;
        const auto merge = split_merge(line);
        if (!merge) {
            fail(ErrorCode::bad_input, "{}: line {} is not two tokens with a space between", source,
                 number);
        }
        merges.push_back(*merge);
    }
    return merges;
}

/// How a class of transformers cuts text into words.
struct Family {
    const char* tokenizer_class;
    const char* expression;
    bool nfc;
    const char* bos_token;  ///< where the configuration does not name it; may be null
};

const Family& find_family(const std::string& tokenizer_class, const std::string& source) {
    static constexpr std::array families = {
        Family{"GPT2Tokenizer", gpt2_expression, false, "<|endoftext|>"},
        Family{"Qwen2Tokenizer", qwen2_expression, true, nullptr},
    };
    for (const Family& family : families) {
        if (tokenizer_class == family.tokenizer_class) return family;
    }
    fail(
        ErrorCode::unsupported,
        "{}: these two files do not say how text is cut into words, and Headscope knows it for the "
        "classes GPT2Tokenizer and Qwen2Tokenizer only, not for \"{}\" (tokenizer_class in "
        "tokenizer_config.json); put the model's tokenizer.json beside them",
        source, tokenizer_class);
}

std::int32_t find(const Vocabulary& vocabulary, std::string_view token) {
    const std::int32_t* const id = vocabulary.find(token);
    return id != nullptr ? *id : -1;
}

}  // namespace

std::unique_ptr<const Tokenizer> parse_vocabulary_and_merges(const VocabularyAndMerges& texts,
                                                             const VocabularyAndMerges& sources,
                                                             const TokenizerConfig& config) {
    const Family& family = find_family(config.tokenizer_class(), sources.vocabulary);
    const JsonDocument document(texts.vocabulary, sources.vocabulary);
    auto [vocabulary, size] = read_vocabulary(document.root());

    BpeParts parts;
    parts.kind = "byte-level BPE";
    parts.source = sources.vocabulary;
    parts.added_tokens = config.added_tokens();
    const std::vector<AddedToken> numbered =
        number_added_tokens(parts.added_tokens, static_cast<std::int32_t>(vocabulary.size()),
                            [&](std::string_view token) { return find(vocabulary, token); });
    const auto find_token = [&](std::string_view token) {
        const auto same = [&](const AddedToken& added) { return added.content == token; };
        const auto added = std::find_if(numbered.begin(), numbered.end(), same);
        return added != numbered.end() ? added->id : find(vocabulary, token);
    };
    parts.bos = bos_by_config(
        config,
        family.bos_token != nullptr ? std::optional<std::string>(family.bos_token) : std::nullopt,
        find_token, sources.vocabulary);
    std::vector<Normalizer::Step> normalizer;
    if (family.nfc) normalizer.emplace_back(UnicodeForm::nfc);
    parts.normalizer = Normalizer(std::move(normalizer), sources.vocabulary);
    std::vector<PreTokenizer::Step> steps;
    steps.push_back(isolate(family.expression, sources.vocabulary));
    parts.pre_tokenizer = PreTokenizer(std::move(steps));
    const auto model =
        std::make_shared<std::unique_ptr<const BpeModel>>(std::make_unique<MergeListModel>(
            std::move(vocabulary), size, read_merges(texts.merges, sources.merges),
            MergeListModel::Options{.byte_level = true}, sources.vocabulary));
    parts.make_model = [model] { return std::move(*model); };
    std::string decisive =
        fmt::format("{}\n{}\n{}", texts.vocabulary, texts.merges, family.tokenizer_class);
    for (const AddedToken& token : numbered)
        decisive += describe(token);
    parts.file = std::make_shared<const std::string>(std::move(decisive));
    return std::make_unique<BpeTokenizer>(std::move(parts));
}

}  // namespace headscope
