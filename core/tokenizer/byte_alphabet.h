#pragma once

#include <string>
#include <string_view>

namespace headscope {

/// `bytes` in the alphabet in which byte-level vocabularies are written (GPT-2's
/// bytes_to_unicode): bytes that print in Latin-1 stand for themselves, the others for U+0100
/// onward in order. The result is UTF-8.
void append_in_byte_alphabet(std::string_view bytes, std::string& out);

}  // namespace headscope
