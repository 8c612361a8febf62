#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/tokenizer/regex.h"

namespace headscope {

/// The normalization forms of Unicode Standard Annex 15.
enum class UnicodeForm { nfc, nfd, nfkc, nfkd };

/// Text in a normalization form; `text` is UTF-8. Takes n log n steps, also for long runs of
/// combining marks.
std::string to_unicode_form(std::string_view text, UnicodeForm form);

/// What a tokenizer does to a text before it cuts it into words, step by step.
class Normalizer {
  public:
    /// Puts a string in front of a text that is not empty.
    struct Prepend {
        std::string text;
    };
    struct Replace {
        Regex pattern;
        std::string content;
    };
    using Step = std::variant<UnicodeForm, Prepend, Replace>;

    Normalizer() = default;
    /// `source` is the file's name, for error texts.
    Normalizer(std::vector<Step> steps, std::string source)
        : steps_(std::move(steps)), source_(std::move(source)) {}

    [[nodiscard]] bool empty() const { return steps_.empty(); }

    /// Whether it only brings text into a form of Unicode.
    [[nodiscard]] bool only_unicode_forms() const;

    /// How many bytes a text of `size` may become: 18 times as many, which the longest
    /// decompositions do not reach, and for a short one some more.
    [[nodiscard]] static std::size_t most_bytes(std::size_t size);

    /// Throws Error(unsupported) where the steps make more than `most_bytes` of a text: those of a
    /// file that is made to do harm can multiply it again and again.
    [[nodiscard]] std::string normalize(std::string_view text) const;

  private:
    std::vector<Step> steps_;
    std::string source_;
};

}  // namespace headscope
