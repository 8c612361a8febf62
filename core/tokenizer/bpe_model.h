#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/tokenizer/merge_table.h"
#include "core/tokenizer/merge_word.h"
#include "core/tokenizer/string_map.h"

namespace headscope {

/// Turns one word into token ids by byte-pair encoding. Safe to call from many threads.
class BpeModel {
  public:
    /// Memory that is kept from word to word; one for each thread.
    struct Scratch {
        std::vector<Symbol> symbols;
        MergeScratch merge;
        std::string text;
    };

    virtual ~BpeModel() = default;

    /// One more than the highest id.
    [[nodiscard]] virtual std::int32_t vocabulary_size() const = 0;

    /// How many tokens the vocabulary has; fewer than its size where ids are left out.
    [[nodiscard]] virtual std::int32_t token_count() const = 0;

    /// The id of a token as the vocabulary writes it, or -1.
    [[nodiscard]] virtual std::int32_t find_token(std::string_view token) const = 0;

    /// Appends the ids of `word`, which is UTF-8 or part of it, has at least one byte and fewer
    /// than 2^31.
    virtual void encode(std::string_view word, Scratch& scratch,
                        std::vector<std::int32_t>& ids) const = 0;

    /// See Tokenizer::token_texts().
    [[nodiscard]] virtual std::vector<std::string> token_texts() const = 0;

    /// Whether words may be cut at `at`, between two characters, because no merge could cross that
    /// place: then what is left and right of it can be encoded apart. A model that cannot say so
    /// cheaply says no.
    [[nodiscard]] virtual bool is_border(std::string_view word, std::size_t at) const = 0;
};

/// Token strings and their ids.
using Vocabulary = StringMap<std::int32_t>;

/// BPE as the tokenizers library does it: a list of merges, characters without a token replaced.
class MergeListModel final : public BpeModel {
  public:
    struct Options {
        /// The vocabulary is written in the byte alphabet (byte_alphabet.h), and words are encoded
        /// by bytes.
        bool byte_level = false;
        /// A word that is a token is that token, whatever the merges would make of it.
        bool ignore_merges = false;
        /// A character without a token becomes the tokens <0xNN> of its bytes, if all are there.
        bool byte_fallback = false;
        /// What else has no token: this id, or nothing.
        std::optional<std::int32_t> unknown = std::nullopt;
        /// Neighbours without a token share one `unknown`.
        bool fuse_unknown = false;
    };

    using Merges = std::vector<std::pair<std::string_view, std::string_view>>;

    /// `merges` in falling precedence; `source` names the file for errors. Throws Error(bad_input)
    /// where a merge names or makes a token that the vocabulary lacks.
    MergeListModel(Vocabulary vocabulary, std::int32_t vocabulary_size, const Merges& merges,
                   Options options, std::string_view source);

    [[nodiscard]] std::int32_t vocabulary_size() const override { return vocabulary_size_; }
    [[nodiscard]] std::int32_t token_count() const override {
        return static_cast<std::int32_t>(vocabulary_.size());
    }
    [[nodiscard]] std::int32_t find_token(std::string_view token) const override;
    void encode(std::string_view word, Scratch& scratch,
                std::vector<std::int32_t>& ids) const override;
    [[nodiscard]] bool is_border(std::string_view word, std::size_t at) const override;
    [[nodiscard]] std::vector<std::string> token_texts() const override;

  private:
    void add_merges(const Merges& merges, std::string_view source);
    void find_byte_tokens();
    [[nodiscard]] bool all_bytes_have_tokens() const;
    void add_borders(const Merges& merges);
    void append_symbols(std::string_view word, std::vector<Symbol>& symbols) const;
    [[nodiscard]] bool append_byte_tokens(std::string_view character,
                                          std::vector<Symbol>& symbols) const;

    Vocabulary vocabulary_;
    std::int32_t vocabulary_size_;
    Options options_;
    MergeTable merges_;
    std::array<std::int32_t, 256> byte_ids_{};  ///< of the byte's character or <0xNN>; -1: none
    /// Pairs of characters that a merge joins; only where words may be long, else empty.
    StringMap<bool> joined_;
    bool has_borders_ = false;
};

/// BPE as tiktoken does it: any two neighbours whose bytes together are a token can be merged, the
/// token with the lowest rank first, and the rank is the id.
class RankModel final : public BpeModel {
  public:
    /// All 256 single bytes must have a rank; ranks are 0 to the size, less one.
    explicit RankModel(Vocabulary ranks) : ranks_(std::move(ranks)) {}

    [[nodiscard]] std::int32_t vocabulary_size() const override { return token_count(); }
    [[nodiscard]] std::int32_t token_count() const override {
        return static_cast<std::int32_t>(ranks_.size());
    }
    [[nodiscard]] std::int32_t find_token(std::string_view token) const override;
    void encode(std::string_view word, Scratch& scratch,
                std::vector<std::int32_t>& ids) const override;
    [[nodiscard]] bool is_border(std::string_view, std::size_t) const override { return false; }
    [[nodiscard]] std::vector<std::string> token_texts() const override;

  private:
    Vocabulary ranks_;
};

/// BPE of SentencePiece with a score for each token, as llama.cpp does it: of all neighbours whose
/// texts together are a token, the one with the highest score is merged first, the leftmost of
/// equals. A character without a token becomes the tokens <0xNN> of its bytes.
class ScoreModel final : public BpeModel {
  public:
    /// `scores` by id, one a token; `unknown` stands for a byte without a token.
    ScoreModel(Vocabulary vocabulary, const std::vector<float>& scores,
               std::optional<std::int32_t> unknown);

    [[nodiscard]] std::int32_t vocabulary_size() const override { return token_count(); }
    [[nodiscard]] std::int32_t token_count() const override {
        return static_cast<std::int32_t>(vocabulary_.size());
    }
    [[nodiscard]] std::int32_t find_token(std::string_view token) const override;
    void encode(std::string_view word, Scratch& scratch,
                std::vector<std::int32_t>& ids) const override;
    [[nodiscard]] bool is_border(std::string_view word, std::size_t at) const override;
    [[nodiscard]] std::vector<std::string> token_texts() const override;

    /// For each token: notes which characters stand next to each other in it.
    void add_borders(std::string_view token);

  private:
    Vocabulary vocabulary_;
    std::vector<std::uint32_t> ranks_;  ///< by id: how many different scores are higher
    std::optional<std::int32_t> unknown_;
    StringMap<bool> joined_;  ///< pairs of characters that a token has side by side
};

}  // namespace headscope
