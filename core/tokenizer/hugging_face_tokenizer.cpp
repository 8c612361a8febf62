#include "core/tokenizer/hugging_face_tokenizer.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/tokenizer/bpe_model.h"
#include "core/tokenizer/gguf_pre_tokenizer.h"

namespace headscope {
namespace {

using nlohmann::ordered_json;

constexpr std::int64_t type_control = 3;  // of tokenizer.ggml.token_type
constexpr std::int64_t type_user_defined = 4;

/// A string of JSON; bytes that are not UTF-8 become U+FFFD.
std::string json_string(std::string_view text) {
    return nlohmann::json(std::string(text))
        .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::int64_t type_of(const EmbeddedTokenizer& embedded, std::size_t id) {
    return id < embedded.types.size() ? embedded.types[id] : 1;
}

std::string_view text_of(const EmbeddedTokenizer& embedded, std::int64_t id) {
    const auto at = static_cast<std::size_t>(id);
    return id >= 0 && at < embedded.tokens.size() ? embedded.tokens[at] : std::string_view();
}

/// The vocabulary, written by hand: an object of 262,144 keys takes nlohmann's library minutes.
std::string vocabulary_text(const EmbeddedTokenizer& embedded) {
    std::string text = "{";
    for (std::size_t id = 0; id < embedded.tokens.size(); ++id) {
        // An empty token gets the name that open_gguf_tokenizer() gives it.
        const std::string name = embedded.tokens[id].empty() ? fmt::format("[EMPTY_{}]", id)
                                                             : std::string(embedded.tokens[id]);
        text += fmt::format("{}\n      {}: {}", id == 0 ? "" : ",", json_string(name), id);
    }
    return text + "\n    }";
}

using Merge = std::pair<std::string_view, std::string_view>;

std::vector<Merge> merges_of_list(const EmbeddedTokenizer& embedded) {
    std::vector<Merge> merges;
    for (const std::string_view merge : embedded.merges) {
        const std::size_t space = merge.find(' ', 1);
        if (space != std::string_view::npos)
            merges.emplace_back(merge.substr(0, space), merge.substr(space + 1));
    }
    return merges;
}

/// As transformers' SentencePieceExtractor finds them.
std::vector<Merge> merges_of_scores(const EmbeddedTokenizer& embedded) {
    Vocabulary ids;
    ids.reserve(embedded.tokens.size());
    for (std::size_t id = 0; id < embedded.tokens.size(); ++id)
        ids.insert(embedded.tokens[id], static_cast<std::int32_t>(id));
    struct Found {
        float score;
        std::int32_t left;
        std::int32_t right;
        Merge merge;
    };
    std::vector<Found> found;
    for (std::size_t id = 0; id < embedded.tokens.size(); ++id) {
        const std::string_view token = embedded.tokens[id];
        if (type_of(embedded, id) == type_control) continue;
        for (std::size_t cut = 1; cut < token.size(); ++cut) {
            if ((static_cast<unsigned char>(token[cut]) & 0xC0) == 0x80) continue;
            const std::int32_t* left = ids.find(token.substr(0, cut));
            const std::int32_t* right = ids.find(token.substr(cut));
            if (left == nullptr || right == nullptr) continue;
            const float score = id < embedded.scores.size() ? embedded.scores[id] : 0.0F;
            found.push_back({score, *left, *right, {token.substr(0, cut), token.substr(cut)}});
        }
    }
    std::stable_sort(found.begin(), found.end(), [](const Found& a, const Found& b) {
        return std::tuple(-a.score, a.left, a.right) < std::tuple(-b.score, b.left, b.right);
    });
    std::vector<Merge> merges;
    for (const Found& one : found)
        merges.push_back(one.merge);
    return merges;
}

std::string merges_text(const std::vector<Merge>& merges) {
    std::string text = "[";
    for (std::size_t i = 0; i < merges.size(); ++i) {
        text += fmt::format("{}\n      [{}, {}]", i == 0 ? "" : ",", json_string(merges[i].first),
                            json_string(merges[i].second));
    }
    return text + "\n    ]";
}

ordered_json added_tokens(const EmbeddedTokenizer& embedded) {
    ordered_json tokens = ordered_json::array();
    for (std::size_t id = 0; id < embedded.types.size() && id < embedded.tokens.size(); ++id) {
        const bool special = embedded.types[id] == type_control;
        if (!special && embedded.types[id] != type_user_defined) continue;
        tokens.push_back({{"id", id},
                          {"content", embedded.tokens[id]},
                          {"single_word", false},
                          {"lstrip", false},
                          {"rstrip", false},
                          {"normalized", false},
                          {"special", special}});
    }
    return tokens;
}

/// What puts BOS in front of a text, and EOS behind it.
ordered_json post_processor(const EmbeddedTokenizer& embedded, bool add_bos, bool add_eos) {
    ordered_json single = ordered_json::array();
    ordered_json tokens = ordered_json::object();
    const auto add = [&](std::optional<std::int64_t> id) {
        if (!id || text_of(embedded, *id).empty()) return;
        const std::string text(text_of(embedded, *id));
        single.push_back({{"SpecialToken", {{"id", text}, {"type_id", 0}}}});
        tokens[text] = {{"id", text}, {"ids", {*id}}, {"tokens", {text}}};
    };
    if (add_bos) add(embedded.bos_id);
    single.push_back({{"Sequence", {{"id", "A"}, {"type_id", 0}}}});
    if (add_eos) add(embedded.eos_id);
    if (single.size() == 1) return nullptr;
    ordered_json pair = single;
    pair.push_back({{"Sequence", {{"id", "B"}, {"type_id", 1}}}});
    return {{"type", "TemplateProcessing"},
            {"single", std::move(single)},
            {"pair", std::move(pair)},
            {"special_tokens", std::move(tokens)}};
}

/// The parts of a tokenizer.json that its kind decides.
struct Parts {
    ordered_json normalizer = nullptr;
    ordered_json pre_tokenizer = nullptr;
    ordered_json decoder;
    ordered_json model;  ///< but vocabulary and merges
    std::vector<Merge> merges;
    bool add_bos = false;  ///< where the file says nothing
};

Parts byte_level_parts(const EmbeddedTokenizer& embedded) {
    const GgufPreTokenizer rule = gguf_pre_tokenizer(embedded.pre, embedded.file.string());
    Parts parts;
    ordered_json steps = ordered_json::array();
    for (const char* expression : rule.expressions) {
        steps.push_back({{"type", "Split"},
                         {"pattern", {{"Regex", expression}}},
                         {"behavior", "Isolated"},
                         {"invert", false}});
    }
    steps.push_back({{"type", "ByteLevel"},
                     {"add_prefix_space", false},
                     {"trim_offsets", true},
                     {"use_regex", false}});
    parts.pre_tokenizer = {{"type", "Sequence"}, {"pretokenizers", std::move(steps)}};
    parts.decoder = {{"type", "ByteLevel"},
                     {"add_prefix_space", true},
                     {"trim_offsets", true},
                     {"use_regex", true}};
    parts.model = {{"type", "BPE"},
                   {"dropout", nullptr},
                   {"unk_token", nullptr},
                   {"continuing_subword_prefix", nullptr},
                   {"end_of_word_suffix", nullptr},
                   {"fuse_unk", false},
                   {"byte_fallback", false},
                   {"ignore_merges", rule.ignore_merges}};
    parts.merges = merges_of_list(embedded);
    parts.add_bos = rule.add_bos;
    return parts;
}

Parts sentencepiece_parts(const EmbeddedTokenizer& embedded) {
    constexpr const char* metaspace = "\u2581";
    Parts parts;
    const bool prefix = embedded.add_space_prefix.value_or(true);
    ordered_json steps = ordered_json::array();
    if (prefix) steps.push_back({{"type", "Prepend"}, {"prepend", metaspace}});
    steps.push_back({{"type", "Replace"}, {"pattern", {{"String", " "}}}, {"content", metaspace}});
    parts.normalizer = {{"type", "Sequence"}, {"normalizers", std::move(steps)}};
    ordered_json back = ordered_json::array();
    back.push_back({{"type", "Replace"}, {"pattern", {{"String", metaspace}}}, {"content", " "}});
    back.push_back({{"type", "ByteFallback"}});
    back.push_back({{"type", "Fuse"}});
    if (prefix) back.push_back({{"type", "Strip"}, {"content", " "}, {"start", 1}, {"stop", 0}});
    parts.decoder = {{"type", "Sequence"}, {"decoders", std::move(back)}};
    ordered_json unknown = nullptr;
    if (embedded.unknown_id) unknown = std::string(text_of(embedded, *embedded.unknown_id));
    parts.model = {{"type", "BPE"},
                   {"dropout", nullptr},
                   {"unk_token", unknown},
                   {"continuing_subword_prefix", nullptr},
                   {"end_of_word_suffix", nullptr},
                   {"fuse_unk", true},
                   {"byte_fallback", true},
                   {"ignore_merges", false}};
    parts.merges = merges_of_scores(embedded);
    parts.add_bos = true;
    return parts;
}

std::string tokenizer_config(const EmbeddedTokenizer& embedded) {
    ordered_json config{{"tokenizer_class", "PreTrainedTokenizerFast"},
                        {"clean_up_tokenization_spaces", false},
                        {"model_max_length", 1e30}};
    const std::array tokens{
        std::pair{"bos_token", embedded.bos_id}, std::pair{"eos_token", embedded.eos_id},
        std::pair{"unk_token", embedded.unknown_id}, std::pair{"pad_token", embedded.padding_id}};
    for (const auto& [key, id] : tokens)
        if (id && !text_of(embedded, *id).empty())
            config[key] = std::string(text_of(embedded, *id));
    if (!embedded.chat_template.empty())
        config["chat_template"] = std::string(embedded.chat_template);
    return dump_readable(config);
}

}  // namespace

HuggingFaceTokenizer make_hugging_face_tokenizer(const EmbeddedTokenizer& embedded) {
    if (embedded.model != "gpt2" && embedded.model != "llama") {
        fail(ErrorCode::unsupported,
             "{}: a tokenizer of the kind \"{}\" (tokenizer.ggml.model), which this version of "
             "Headscope does not write; export the model as GGUF",
             embedded.file.string(), embedded.model);
    }
    const Parts parts =
        embedded.model == "gpt2" ? byte_level_parts(embedded) : sentencepiece_parts(embedded);
    const auto dump = [](const ordered_json& value) {
        return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    };
    std::string model = dump(parts.model);
    model.pop_back();
    std::string text =
        "{\n  \"version\": \"1.0\",\n  \"truncation\": null,\n  \"padding\": null,\n";
    text += fmt::format("  \"added_tokens\": {},\n", dump(added_tokens(embedded)));
    text += fmt::format("  \"normalizer\": {},\n", dump(parts.normalizer));
    text += fmt::format("  \"pre_tokenizer\": {},\n", dump(parts.pre_tokenizer));
    text += fmt::format("  \"post_processor\": {},\n",
                        dump(post_processor(embedded, embedded.add_bos.value_or(parts.add_bos),
                                            embedded.add_eos.value_or(false))));
    text += fmt::format("  \"decoder\": {},\n", dump(parts.decoder));
    text += fmt::format("  \"model\": {},\n    \"vocab\": {},\n    \"merges\": {}\n  }}\n}}\n",
                        model, vocabulary_text(embedded), merges_text(parts.merges));
    return {std::move(text), tokenizer_config(embedded)};
}

}  // namespace headscope
