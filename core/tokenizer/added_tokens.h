#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace headscope {

/// A token that stands beside a vocabulary.
struct AddedToken {
    std::int32_t id = -1;
    std::string content;
    bool special = false;     ///< controls the model; its text in a corpus is plain text
    bool normalized = false;  ///< looked for in the normalized text, not in the given one
    /// Whether there is more to a match than the text itself: single_word, lstrip, rstrip.
    bool conditional = false;
};

/// Finds added tokens that are not special, as the tokenizers library does: of all that begin at a
/// place the longest, from left to right.
class AddedTokens {
  public:
    AddedTokens() = default;
    explicit AddedTokens(std::vector<AddedToken> tokens);

    [[nodiscard]] bool empty() const { return tokens_.empty(); }

    /// Gives the stretches of `text` in order: plain text with no token, or a token.
    using Sink = std::function<void(std::string_view text, const AddedToken* token)>;
    void split(std::string_view text, const Sink& sink) const;

  private:
    [[nodiscard]] const AddedToken* match(std::string_view text) const;

    std::vector<AddedToken> tokens_;                  ///< the longest first
    std::array<std::vector<std::size_t>, 256> from_;  ///< in tokens_, by their first byte
};

}  // namespace headscope
