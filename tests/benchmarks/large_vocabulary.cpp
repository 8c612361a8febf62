#include "tests/benchmarks/large_vocabulary.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/base/file.h"
#include "core/tokenizer/byte_alphabet.h"
#include "core/tokenizer/pre_tokenizer.h"
#include "core/tokenizer/word_expressions.h"

namespace headscope {
namespace {

namespace fs = std::filesystem;

using Pair = std::pair<std::uint32_t, std::uint32_t>;

/// A word as the tokens that it consists of so far, and how often the text has it.
struct Word {
    std::vector<std::uint32_t> tokens;
    std::int64_t count = 0;
};

std::vector<Word> count_words(std::string_view text) {
    std::map<std::string, std::int64_t> counts;
    std::vector<PreTokenizer::Step> steps;
    steps.push_back(isolate(llama3_expression, "Llama 3"));
    const PreTokenizer pre_tokenizer(std::move(steps));
    PreTokenizer::Run(pre_tokenizer).cut(text, true, [&](std::string_view word) {
        ++counts[std::string(word)];
    });
    std::vector<Word> words;
    for (const auto& [word, count] : counts) {
        words.push_back({{}, count});
        for (const char byte : word)
            words.back().tokens.push_back(static_cast<unsigned char>(byte));
    }
    return words;
}

class Trainer {
  public:
    explicit Trainer(std::string_view text) : words_(count_words(text)) {
        for (unsigned byte = 0; byte < 256; ++byte)
            add(std::string(1, static_cast<char>(byte)));
    }

    /// Each round merges the most frequent pairs, down to a third of the first one's count.
    void learn(std::size_t size) {
        while (tokens_.size() < size) {
            std::map<Pair, std::int64_t> counts;
            for (const Word& word : words_) {
                for (std::size_t i = 0; i + 1 < word.tokens.size(); ++i)
                    counts[{word.tokens[i], word.tokens[i + 1]}] += word.count;
            }
            std::vector<std::pair<std::int64_t, Pair>> ranked;
            for (const auto& [pair, count] : counts)
                ranked.emplace_back(-count, pair);
            std::sort(ranked.begin(), ranked.end());
            if (ranked.empty() || ranked.front().first > -2) return;
            std::map<Pair, std::uint32_t> merges;
            for (const auto& [count, pair] : ranked) {
                if (count * 3 > ranked.front().first || tokens_.size() >= size) break;
                merges[pair] = add(tokens_[pair.first] + tokens_[pair.second]);
            }
            for (Word& word : words_)
                apply(merges, word.tokens);
        }
    }

    void pad(std::size_t size) {
        std::mt19937_64 random(1);
        while (tokens_.size() < size) {
            const std::string& left = tokens_[random() % tokens_.size()];
            const std::string& right = tokens_[random() % tokens_.size()];
            if (left.size() + right.size() <= 24) add(left + right);
        }
    }

    [[nodiscard]] const std::vector<std::string>& tokens() const { return tokens_; }
    [[nodiscard]] bool has(const std::string& token) const { return ids_.contains(token); }

  private:
    std::uint32_t add(const std::string& token) {
        const auto [place, is_new] =
            ids_.emplace(token, static_cast<std::uint32_t>(tokens_.size()));
        if (is_new) tokens_.push_back(token);
        return place->second;
    }

    static void apply(const std::map<Pair, std::uint32_t>& merges,
                      std::vector<std::uint32_t>& tokens) {
        std::vector<std::uint32_t> merged;
        for (const std::uint32_t token : tokens) {
            const auto merge = merged.empty() ? merges.end() : merges.find({merged.back(), token});
            if (merge == merges.end()) {
                merged.push_back(token);
            } else {
                merged.back() = merge->second;
            }
        }
        tokens = std::move(merged);
    }

    std::vector<Word> words_;
    std::vector<std::string> tokens_;
    std::unordered_map<std::string, std::uint32_t> ids_;
};

std::string in_alphabet(std::string_view bytes) {
    std::string out;
    append_in_byte_alphabet(bytes, out);
    return out;
}

nlohmann::ordered_json added_token(std::size_t id, const std::string& content) {
    return {{"id", id},        {"content", content},  {"single_word", false}, {"lstrip", false},
            {"rstrip", false}, {"normalized", false}, {"special", true}};
}

std::string tokenizer_json(const Trainer& trainer) {
    using nlohmann::ordered_json;
    const auto& tokens = trainer.tokens();
    ordered_json vocabulary = ordered_json::object();
    ordered_json merges = ordered_json::array();
    // Pushed behind each other: operator[] of an ordered object looks through all of it.
    auto& entries = vocabulary.get_ref<ordered_json::object_t&>();
    for (std::size_t id = 0; id < tokens.size(); ++id) {
        const std::string& token = tokens[id];
        entries.emplace_back(in_alphabet(token), id);
        for (std::size_t cut = 1; cut < token.size(); ++cut) {
            const std::string left = token.substr(0, cut);
            const std::string right = token.substr(cut);
            if (trainer.has(left) && trainer.has(right))
                merges.push_back(in_alphabet(left) + " " + in_alphabet(right));
        }
    }
    ordered_json added = ordered_json::array();
    for (std::size_t i = 0; i < 256; ++i)
        added.push_back(added_token(tokens.size() + i, fmt::format("<|special_{}|>", i)));
    const ordered_json split = {{"type", "Split"},
                                {"pattern", {{"Regex", llama3_expression}}},
                                {"behavior", "Isolated"},
                                {"invert", false}};
    const ordered_json byte_level = {{"type", "ByteLevel"},
                                     {"add_prefix_space", false},
                                     {"trim_offsets", true},
                                     {"use_regex", false}};
    const ordered_json file = {
        {"version", "1.0"},
        {"truncation", nullptr},
        {"padding", nullptr},
        {"added_tokens", added},
        {"normalizer", nullptr},
        {"pre_tokenizer",
         {{"type", "Sequence"}, {"pretokenizers", ordered_json::array({split, byte_level})}}},
        {"post_processor", nullptr},
        {"decoder", nullptr},
        {"model",
         {{"type", "BPE"},
          {"dropout", nullptr},
          {"unk_token", nullptr},
          {"continuing_subword_prefix", nullptr},
          {"end_of_word_suffix", nullptr},
          {"fuse_unk", false},
          {"byte_fallback", false},
          {"ignore_merges", true},
          {"vocab", std::move(vocabulary)},
          {"merges", std::move(merges)}}}};
    return file.dump(2);
}

std::string base64(std::string_view bytes) {
    constexpr std::string_view digits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        std::uint32_t bits = 0;
        for (std::size_t k = i; k < i + 3; ++k)
            bits = bits << 8 | (k < bytes.size() ? static_cast<unsigned char>(bytes[k]) : 0U);
        for (const int shift : {18, 12, 6, 0})
            out += digits[bits >> shift & 63];
        if (const std::size_t missing = std::min<std::size_t>(bytes.size() - i, 3); missing < 3)
            out.replace(out.size() - (3 - missing), 3 - missing, 3 - missing, '=');
    }
    return out;
}

std::string rank_file(const Trainer& trainer) {
    std::string out;
    std::size_t rank = 0;
    for (const std::string& token : trainer.tokens())
        out += fmt::format("{} {}\n", base64(token), rank++);
    return out;
}

}  // namespace

void make_large_vocabulary(const fs::path& folder, std::string_view text, std::size_t tokens) {
    const fs::path json = folder / "json" / "tokenizer.json";
    const fs::path ranks = folder / "ranks" / "tokenizer.model";
    if (fs::exists(json) && fs::exists(ranks)) return;
    Trainer trainer(text);
    trainer.learn(tokens);
    trainer.pad(tokens);
    fs::create_directories(json.parent_path());
    fs::create_directories(ranks.parent_path());
    write_file_atomically(json, tokenizer_json(trainer));
    write_file_atomically(ranks, rank_file(trainer));
}

}  // namespace headscope
