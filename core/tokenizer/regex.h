#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace headscope {

/// A pattern that tokenizers look for in a text: a string, or a regular expression of PCRE2 in UTF
/// mode with Unicode properties, compiled for the processor where that is possible.
///
/// Files are written for Oniguruma in Ruby's syntax. What PCRE2 would read as something else is
/// refused, and what is left means the same: in particular ^ and $ match at lines.
class Regex {
  public:
    struct Match {
        std::size_t begin = 0;
        std::size_t end = 0;
    };

    static Regex literal(std::string text);

    /// `source` names the file, for error texts. Throws Error(bad_input) where PCRE2 refuses the
    /// pattern and Error(unsupported) where it would read it otherwise than Oniguruma.
    static Regex expression(std::string pattern, std::string source);

    ~Regex();
    Regex(Regex&&) noexcept;
    Regex& operator=(Regex&&) noexcept;

    /// The scratch memory of one thread that searches.
    class Search {
      public:
        explicit Search(const Regex& regex);
        ~Search();
        Search(Search&&) noexcept;

        /// The first match in `text`, which must be UTF-8, at `from` or later. Throws
        /// Error(unsupported) where the search takes more steps or memory than it may.
        std::optional<Match> find(std::string_view text, std::size_t from);

      private:
        struct Scratch;
        const Regex* regex_;
        std::unique_ptr<Scratch> scratch_;  ///< null for a literal
    };

  private:
    struct Code;
    Regex(std::string pattern, std::string source, std::unique_ptr<Code> code);

    std::string pattern_;
    std::string source_;
    std::unique_ptr<const Code> code_;  ///< null for a literal
};

}  // namespace headscope
