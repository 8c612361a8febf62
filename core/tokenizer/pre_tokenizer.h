#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/tokenizer/regex.h"

namespace headscope {

/// What becomes of the matches of a Split, as the tokenizers library names it.
enum class SplitBehavior {
    removed,               ///< they are dropped
    isolated,              ///< each is a piece
    merged_with_previous,  ///< each ends the piece before it
    merged_with_next,      ///< each begins the piece after it
    contiguous,            ///< neighbouring ones are one piece
};

/// Cuts a text into the words that are encoded apart from each other, step by step; each step works
/// on the pieces of the one before. Nothing but pieces that a step changes is copied.
class PreTokenizer {
  public:
    struct Split {
        Regex pattern;
        SplitBehavior behavior = SplitBehavior::isolated;
        bool invert = false;  ///< what lies between matches counts as the match
    };
    /// Puts a space in front of each piece that does not begin with one (ByteLevel).
    struct PrefixSpace {};
    /// Writes spaces as `replacement` and puts one in front of pieces that do not begin with it.
    struct Metaspace {
        enum class Prefix { never, first, always };  ///< of which pieces; the first of a text
        std::string replacement;
        Prefix prefix = Prefix::always;
    };
    using Step = std::variant<Split, PrefixSpace, Metaspace>;

    PreTokenizer() = default;
    explicit PreTokenizer(std::vector<Step> steps) : steps_(std::move(steps)) {}

    [[nodiscard]] bool empty() const { return steps_.empty(); }

    using Sink = std::function<void(std::string_view word)>;

    /// The scratch memory of one thread that cuts.
    class Run {
      public:
        explicit Run(const PreTokenizer& pre_tokenizer);

        /// Gives the words of `text` in order; none is empty. A word lives until `sink` returns.
        /// `is_first`: the text is the beginning of what a user gave.
        void cut(std::string_view text, bool is_first, const Sink& sink);

      private:
        void step(std::size_t index, std::string_view piece, bool is_first, const Sink& sink);
        void split(std::size_t index, std::string_view piece, bool is_first, const Sink& sink);

        const PreTokenizer* pre_tokenizer_;
        std::vector<std::optional<Regex::Search>> searches_;  ///< one a Split
    };

  private:
    std::vector<Step> steps_;
};

}  // namespace headscope
