#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/base/utf8.h"
#include "core/tokenizer/bpe_tokenizer.h"
#include "core/tokenizer/json_vocabulary.h"
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
        if (line.empty() || (number == 1 && line.starts_with("#version"))) continue;
        const std::size_t space = line.find(' ');
        if (space == std::string_view::npos ||
            line.find(' ', space + 1) != std::string_view::npos) {
            fail(ErrorCode::bad_input, "{}: line {} is not two tokens with a space between", source,
                 number);
        }
        merges.emplace_back(line.substr(0, space), line.substr(space + 1));
    }
    return merges;
}

/// How a class of transformers cuts text into words.
struct Family {
    const char* tokenizer_class;
    const char* expression;
    bool nfc;
};

const Family& find_family(const std::string& tokenizer_class, const std::string& source) {
    static constexpr std::array families = {
        Family{"GPT2Tokenizer", gpt2_expression, false},
        Family{"Qwen2Tokenizer", qwen2_expression, true},
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

std::optional<std::int32_t> find_beginning(const TokenizerConfig& config,
                                           const Vocabulary& vocabulary,
                                           const std::string& source) {
    if (!config.add_bos_token.value_or(false) || !config.bos_token) return std::nullopt;
    for (const AddedToken& token : config.added_tokens) {
        if (token.content == *config.bos_token) return token.id;
    }
    if (const std::int32_t* const id = vocabulary.find(*config.bos_token)) return *id;
    fail(ErrorCode::bad_input,
         "{}: the bos_token \"{}\" of tokenizer_config.json is not one of its tokens", source,
         *config.bos_token);
}

}  // namespace

std::unique_ptr<const Tokenizer> parse_vocabulary_and_merges(const VocabularyAndMerges& texts,
                                                             const VocabularyAndMerges& sources) {
    const TokenizerConfig config = texts.config.empty()
                                       ? TokenizerConfig{}
                                       : parse_tokenizer_config(texts.config, sources.config);
    const Family& family = find_family(config.tokenizer_class, sources.vocabulary);
    const JsonDocument document(texts.vocabulary, sources.vocabulary);
    auto [vocabulary, size] = read_vocabulary(document.root());

    BpeParts parts;
    parts.kind = "byte-level BPE";
    parts.source = sources.vocabulary;
    parts.bos = find_beginning(config, vocabulary, sources.vocabulary);
    parts.added_tokens = config.added_tokens;
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
    parts.file = std::make_shared<const std::string>(
        fmt::format("{}\n{}\n{}", texts.vocabulary, texts.merges, texts.config));
    return std::make_unique<BpeTokenizer>(std::move(parts));
}

}  // namespace headscope
