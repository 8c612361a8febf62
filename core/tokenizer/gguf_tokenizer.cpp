#include "core/tokenizer/gguf_tokenizer.h"

#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/tokenizer/bpe_tokenizer.h"
#include "core/tokenizer/gguf_pre_tokenizer.h"
#include "core/tokenizer/word_expressions.h"

namespace headscope {
namespace {

using EmbeddedPtr = std::shared_ptr<const EmbeddedTokenizer>;

constexpr const char* metaspace = "\u2581";

constexpr std::int64_t type_user_defined = 4;  // of tokenizer.ggml.token_type

[[noreturn]] void refuse(const EmbeddedTokenizer& embedded, const std::string& what) {
    fail(ErrorCode::bad_input, "{}: its tokenizer {}; the file is damaged, or was made wrongly",
         embedded.file.string(), what);
}

void check(const EmbeddedTokenizer& embedded) {
    const std::size_t count = embedded.tokens.size();
    if (count == 0) refuse(embedded, "has no tokens (tokenizer.ggml.tokens)");
    if (count >= static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()))
        refuse(embedded, fmt::format("has {} tokens, more than ids can number", count));
    if (!embedded.scores.empty() && embedded.scores.size() < count)
        refuse(embedded, fmt::format("has {} scores for {} tokens", embedded.scores.size(), count));
    if (!embedded.types.empty() && embedded.types.size() < count)
        refuse(embedded, fmt::format("has {} types for {} tokens", embedded.types.size(), count));
}

std::optional<std::int32_t> id_in_range(const EmbeddedTokenizer& embedded,
                                        std::optional<std::int64_t> id) {
    if (!id || *id < 0 || *id >= static_cast<std::int64_t>(embedded.tokens.size()))
        return std::nullopt;
    return static_cast<std::int32_t>(*id);
}

Vocabulary make_vocabulary(const EmbeddedTokenizer& embedded) {
    Vocabulary vocabulary;
    vocabulary.reserve(embedded.tokens.size());
    std::int32_t id = 0;
    for (const std::string_view token : embedded.tokens) {
        // As llama.cpp calls it.
        const std::string name = token.empty() ? fmt::format("[EMPTY_{}]", id) : std::string(token);
        if (!vocabulary.insert(name, id))
            refuse(embedded, fmt::format("has the token \"{}\" twice, at last as {}", name, id));
        ++id;
    }
    return vocabulary;
}

/// Those that are looked for in a text before anything else.
std::vector<AddedToken> user_defined_tokens(const EmbeddedTokenizer& embedded) {
    std::vector<AddedToken> tokens;
    for (std::size_t id = 0; id < embedded.types.size() && id < embedded.tokens.size(); ++id) {
        if (embedded.types[id] != type_user_defined) continue;
        AddedToken& token = tokens.emplace_back();
        token.content = embedded.tokens[id];
    }
    return tokens;
}

BosRule bos_rule_of(const EmbeddedTokenizer& embedded, bool by_kind, const std::string& kind,
                    std::optional<std::int32_t> default_id) {
    BosRule rule;
    rule.decided_by = embedded.add_bos
                          ? "tokenizer.ggml.add_bos_token"
                          : fmt::format("llama.cpp's rule for {}, as the file says nothing", kind);
    if (!embedded.add_bos.value_or(by_kind)) return rule;
    rule.id = embedded.bos_id ? id_in_range(embedded, embedded.bos_id) : default_id;
    if (!rule.id) refuse(embedded, "begins texts with BOS, but names none of its tokens as BOS");
    return rule;
}

MergeListModel::Merges read_merges(const EmbeddedTokenizer& embedded) {
    MergeListModel::Merges merges;
    merges.reserve(embedded.merges.size());
    for (const std::string_view merge : embedded.merges) {
        const std::size_t space = merge.find(' ', 1);
        if (space == std::string_view::npos)
            refuse(embedded, fmt::format("has the merge \"{}\", which is not two tokens", merge));
        merges.emplace_back(merge.substr(0, space), merge.substr(space + 1));
    }
    return merges;
}

/// All that decides the ids.
std::string describe(const EmbeddedTokenizer& embedded) {
    std::string text = fmt::format("{}\n{}\n{}\n", embedded.model, embedded.pre,
                                   embedded.add_space_prefix.value_or(true));
    const auto add = [&](std::string_view part) {
        text += fmt::format("{} {}\n", part.size(), part);
    };
    for (const std::string_view token : embedded.tokens)
        add(token);
    for (const std::string_view merge : embedded.merges)
        add(merge);
    for (const float score : embedded.scores)
        text += fmt::format("{}\n", score);
    for (std::size_t id = 0; id < embedded.types.size(); ++id)
        if (embedded.types[id] == type_user_defined) text += fmt::format("{}\n", id);
    return text;
}

void make_byte_level(const EmbeddedPtr& embedded, BpeParts& parts) {
    const GgufPreTokenizer rule = gguf_pre_tokenizer(embedded->pre, parts.source);
    parts.kind = "byte-level BPE";
    std::vector<PreTokenizer::Step> steps;
    for (const char* expression : rule.expressions)
        steps.push_back(isolate(expression, parts.source));
    parts.pre_tokenizer = PreTokenizer(std::move(steps));
    parts.bos = bos_rule_of(*embedded, rule.add_bos,
                            fmt::format("the pre-tokenizer \"{}\"", embedded->pre), std::nullopt);
    if (embedded->merges.empty()) refuse(*embedded, "has no merges (tokenizer.ggml.merges)");
    parts.make_model = [embedded, source = parts.source, ignore = rule.ignore_merges] {
        return std::make_unique<MergeListModel>(
            make_vocabulary(*embedded), static_cast<std::int32_t>(embedded->tokens.size()),
            read_merges(*embedded),
            MergeListModel::Options{.byte_level = true, .ignore_merges = ignore}, source);
    };
}

void make_sentencepiece(const EmbeddedPtr& embedded, BpeParts& parts) {
    parts.kind = "SentencePiece-style BPE";
    std::vector<Normalizer::Step> steps;
    if (embedded->add_space_prefix.value_or(true))
        steps.emplace_back(Normalizer::Prepend{metaspace});
    steps.emplace_back(Normalizer::Replace{Regex::literal(" "), metaspace});
    parts.normalizer = Normalizer(std::move(steps), parts.source);
    constexpr std::int32_t llama_bos = 1;
    parts.bos = bos_rule_of(*embedded, true, "SentencePiece vocabularies", llama_bos);
    parts.make_model = [embedded] {
        std::vector<float> scores = embedded->scores;
        scores.resize(embedded->tokens.size());
        auto model = std::make_unique<ScoreModel>(make_vocabulary(*embedded), scores,
                                                  id_in_range(*embedded, embedded->unknown_id));
        for (const std::string_view token : embedded->tokens)
            model->add_borders(token);
        return model;
    };
}

}  // namespace

std::unique_ptr<const Tokenizer> open_gguf_tokenizer(const EmbeddedPtr& embedded) {
    BpeParts parts;
    parts.source = embedded->file.string();
    if (embedded->model == "gpt2") {
        check(*embedded);
        make_byte_level(embedded, parts);
    } else if (embedded->model == "llama") {
        check(*embedded);
        make_sentencepiece(embedded, parts);
    } else if (embedded->model.empty()) {
        fail(ErrorCode::bad_input,
             "{}: the file has no tokenizer (tokenizer.ggml.model); use one that was made with its "
             "vocabulary",
             parts.source);
    } else {
        fail(ErrorCode::unsupported,
             "{}: a tokenizer of the kind \"{}\" (tokenizer.ggml.model), which this version of "
             "Headscope does not read; choose another model",
             parts.source, embedded->model);
    }
    parts.added_tokens = user_defined_tokens(*embedded);
    parts.token_order = TokenOrder::longest;
    parts.file = std::make_shared<const std::string>(describe(*embedded));
    return std::make_unique<BpeTokenizer>(std::move(parts));
}

}  // namespace headscope
