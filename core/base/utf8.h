#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace headscope {

/// The byte at which `text` stops being UTF-8 (RFC 3629), or its size.
std::size_t valid_utf8_prefix(std::string_view text);

/// `text` fit for a terminal, whatever a file put into it: control characters (C0 but newline and
/// tab, DEL, C1), those that turn the direction of writing, and bytes that are not UTF-8 become
/// "?". Letters of all languages stay.
std::string printable_text(std::string_view text);

}  // namespace headscope
