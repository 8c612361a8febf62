#pragma once

#include <string>
#include <string_view>

namespace headscope {

/// A regular expression in Ruby's syntax, as Oniguruma reads it, written so that PCRE2 (UTF, UCP,
/// MULTILINE) finds the same: \s without U+180E, which lost that property in Unicode 6.3. Throws
/// Error(unsupported) where the pattern has a part that the two read differently; `source` names
/// the file. The pattern must be one that PCRE2 accepts.
std::string from_ruby(std::string_view pattern, std::string_view source);

}  // namespace headscope
