#pragma once

#include <string>
#include <string_view>

namespace headscope {

// Headscope reads JSON as Python's json module does, because that wrote most of the files it meets:
// with NaN, Infinity and -Infinity, integers of any length, numbers beyond a double (infinite),
// halves of surrogate pairs and a byte order mark, none of which RFC 8259 has. Parsers that refuse
// them get the text of to_standard_json.

/// What to_standard_json writes for a number that is not finite: a string, so that a field that
/// nobody reads stops nothing and one that is read as a number is refused.
inline constexpr std::string_view json_nan = "\uFDD0NaN";
inline constexpr std::string_view json_infinity = "\uFDD0Infinity";
inline constexpr std::string_view json_minus_infinity = "\uFDD0-Infinity";

/// `text`, which is JSON as Python's json module reads it, as RFC 8259 has it: integers beyond 64
/// bits become fractions, numbers that are not finite the strings above, half a surrogate pair
/// U+FFFD. What is not JSON at all stays that.
std::string to_standard_json(std::string_view text);

/// Throws Error(bad_input): `text` is not JSON. Says what the file is instead, where its first
/// bytes tell, and where else the mistake is; `reason` serves where neither can be said.
[[noreturn]] void refuse_json(std::string_view text, std::string_view source,
                              std::string_view reason);

}  // namespace headscope
