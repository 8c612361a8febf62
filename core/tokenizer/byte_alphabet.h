#pragma once

#include <string>
#include <string_view>

namespace headscope {

/// `bytes` in the alphabet in which byte-level vocabularies are written (GPT-2's
/// bytes_to_unicode): bytes that print in Latin-1 stand for themselves, the others for U+0100
/// onward in order. The result is UTF-8.
void append_in_byte_alphabet(std::string_view bytes, std::string& out);

/// The inverse. Characters that are not of the alphabet stay as they are.
std::string from_byte_alphabet(std::string_view text);

/// The text of a token as SentencePiece writes it: U+2581 is a space, "<0x0A>" a byte.
std::string piece_text(std::string_view piece);

}  // namespace headscope
