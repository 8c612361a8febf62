#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace headscope {

class Normalizer;

/// A token that stands beside a vocabulary, with the fields of the tokenizers library.
struct AddedToken {
    std::int32_t id = -1;  ///< see number_added_tokens
    std::string content;
    bool special = false;      ///< controls the model; its text in a corpus is plain text
    bool normalized = false;   ///< looked for in the normalized text, not in the given one
    bool single_word = false;  ///< only where no letter, mark, digit or "_" is next to it
    bool lstrip = false;       ///< takes the white space in front of it along
    bool rstrip = false;       ///< takes the white space behind it along
};

/// Gives added tokens their ids, in order, as the tokenizers library numbers them, whatever ids a
/// file has: one whose text is in the vocabulary has that id; the others follow one another behind
/// the `vocabulary_count` tokens of the vocabulary and the highest added token so far. Of two with
/// the same text the later counts, and it is special where one of them is.
/// `find` gives the id of a text in the vocabulary or -1.
std::vector<AddedToken> number_added_tokens(
    const std::vector<AddedToken>& tokens, std::int32_t vocabulary_count,
    const std::function<std::int32_t(std::string_view)>& find);

/// A line of all that matters of a token but its id, for fingerprints.
std::string describe(const AddedToken& token);

/// Which of several tokens in a text are found.
enum class TokenOrder {
    /// From left to right the longest that begins at a place, as in the tokenizers library. One
    /// that is special, or that single_word rules out, is plain text, but no other token is found
    /// inside it.
    leftmost,
    /// All places of the longest, then those of the next in what is left, as in llama.cpp. Special
    /// tokens are not looked for, and conditions of a match do not exist.
    longest,
};

/// Finds added tokens in a text.
class AddedTokens {
  public:
    AddedTokens() = default;
    explicit AddedTokens(std::vector<AddedToken> tokens, TokenOrder order = TokenOrder::leftmost);

    /// Gives the stretches of `text` in order: plain text with no token, or a token.
    using Sink = std::function<void(std::string_view text, const AddedToken* token)>;
    void split(std::string_view text, const Sink& sink) const;

  private:
    void split_leftmost(std::string_view text, const Sink& sink) const;
    void split_longest(std::string_view text, const Sink& sink) const;
    [[nodiscard]] const AddedToken* match(std::string_view text) const;

    TokenOrder order_ = TokenOrder::leftmost;
    std::vector<AddedToken> tokens_;                  ///< the longest first
    std::array<std::vector<std::size_t>, 256> from_;  ///< in tokens_, by their first byte
};

/// The added tokens of a tokenizer: those found in the given text, and those found in the text that
/// the normalizer made of the rest, whose own texts are normalized as well.
struct AddedTokenSets {
    AddedTokens raw;
    AddedTokens normalized;

    AddedTokenSets() = default;
    AddedTokenSets(const std::vector<AddedToken>& tokens, const Normalizer& normalizer,
                   TokenOrder order = TokenOrder::leftmost);
};

}  // namespace headscope
