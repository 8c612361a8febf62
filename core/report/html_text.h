#pragma once

#include <string>
#include <string_view>

namespace headscope {

/// Text as HTML, in an element or a quoted attribute: what means something there is escaped,
/// control characters and bytes that are not UTF-8 become "?".
std::string html_text(std::string_view text);

/// RFC 4648, with padding, on one line.
std::string base64(std::string_view bytes);

}  // namespace headscope
