#pragma once

#include <cstddef>
#include <string_view>

namespace headscope {

/// The byte at which `text` stops being UTF-8 (RFC 3629), or its size.
std::size_t valid_utf8_prefix(std::string_view text);

}  // namespace headscope
