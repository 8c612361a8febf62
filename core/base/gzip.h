#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace headscope {

/// Whether bytes begin as a gzip file does.
bool is_gzip(std::string_view bytes);

/// What a gzip file of one or several members holds, at most `max_bytes`. `source` is the file's
/// name for error texts. Throws Error(bad_input) for a file that ends too early, is damaged or
/// holds more.
std::string unpack_gzip(std::string_view bytes, std::size_t max_bytes, std::string_view source);

}  // namespace headscope
