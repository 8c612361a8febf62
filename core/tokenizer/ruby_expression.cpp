#include "core/tokenizer/ruby_expression.h"

#include <array>
#include <cstddef>

#include "core/base/error.h"

namespace headscope {
namespace {

/// The characters with the property White_Space, as part of a class.
constexpr std::string_view white_space = R"(\x{9}-\x{D}\x{85}\p{Z})";

/// Whether an option group such as "(?im:" that begins `rest` switches `m` on or off, which in Ruby
/// lets "." match newlines.
bool sets_multiline(std::string_view rest) {
    if (!rest.starts_with("(?")) return false;
    const std::size_t end = rest.find_first_not_of("imsx-", 2);
    if (end == std::string_view::npos || (rest[end] != ':' && rest[end] != ')')) return false;
    return rest.substr(0, end).find('m') != std::string_view::npos;
}

/// Whether an interval with a "+" behind it begins `rest`: "{1,3}+" is possessive in PCRE2 and
/// repeats the interval in Ruby.
bool repeats_interval(std::string_view rest) {
    const std::size_t end = rest.find_first_not_of("0123456789,", 1);
    return rest.starts_with('{') && end != std::string_view::npos && end > 1 &&
           rest.substr(end).starts_with("}+");
}

bool is_verb(std::string_view rest) {
    return rest.starts_with("(*") && rest.size() > 2 && rest[2] >= 'A' && rest[2] <= 'Z';
}

/// What at the beginning of `rest` the two read differently; empty where it is nothing.
std::string_view ambiguous_part(std::string_view rest, bool in_class) {
    // A hexadecimal digit or a horizontal space; marks are part of a word or not.
    constexpr std::array<std::string_view, 6> escapes = {"\\h", "\\H", "\\w", "\\W", "\\b", "\\B"};
    for (const std::string_view escape : escapes) {
        if (rest.starts_with(escape)) return escape;
    }
    if (in_class) {
        // A class inside a class, or a character; an intersection, or two characters.
        if (rest.starts_with('[')) return "[ in a class";
        if (rest.starts_with("&&")) return "&&";
        // Cannot be written with another class in the place of \s.
        return rest.starts_with("\\S") ? "\\S in a class" : "";
    }
    if (sets_multiline(rest)) return "(?m";
    if (is_verb(rest)) return "(*";
    return repeats_interval(rest) ? "}+" : "";
}

/// How many bytes of `rest` stand for one thing whatever they are: an escape, or a character.
std::size_t part_size(std::string_view rest) {
    if (!rest.starts_with('\\') || rest.size() < 2) return 1;
    const std::size_t end = rest.find('}');
    const bool braces = rest.size() > 2 && rest[2] == '{' && end != std::string_view::npos;
    return braces ? end + 1 : 2;
}

}  // namespace

std::string from_ruby(std::string_view pattern, std::string_view source) {
    std::string result;
    bool in_class = false;
    for (std::size_t at = 0; at < pattern.size();) {
        const std::string_view rest = pattern.substr(at);
        if (const std::string_view part = ambiguous_part(rest, in_class); !part.empty()) {
            fail(ErrorCode::unsupported,
                 "{}: the regular expression \"{}\" has \"{}\", which libraries read in different "
                 "ways; this version of Headscope cannot use the tokenizer",
                 source, pattern, part);
        }
        std::size_t size = part_size(rest);
        if (!in_class && rest.starts_with('[')) {
            in_class = true;
            // A bracket right behind the beginning is a character.
            size = rest.starts_with("[^") ? 2 : 1;
            if (rest.substr(size).starts_with(']')) ++size;
        } else if (in_class && rest.starts_with(']')) {
            in_class = false;
        }
        if (rest.starts_with("\\s") || rest.starts_with("\\S")) {
            const bool negated = rest[1] == 'S';
            result += in_class ? "" : negated ? "[^" : "[";
            result += white_space;
            result += in_class ? "" : "]";
        } else {
            result += rest.substr(0, size);
        }
        at += size;
    }
    return result;
}

}  // namespace headscope
