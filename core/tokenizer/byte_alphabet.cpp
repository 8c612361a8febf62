#include "core/tokenizer/byte_alphabet.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <system_error>

namespace headscope {
namespace {

constexpr bool stands_for_itself(unsigned byte) {
    return (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
}

constexpr std::array<char16_t, 256> make_alphabet() {
    std::array<char16_t, 256> alphabet{};
    char16_t next = 0x100;
    for (unsigned byte = 0; byte < 256; ++byte)
        alphabet[byte] = stands_for_itself(byte) ? static_cast<char16_t>(byte) : next++;
    return alphabet;
}

constexpr std::array<char16_t, 256> alphabet = make_alphabet();

}  // namespace

void append_in_byte_alphabet(std::string_view bytes, std::string& out) {
    for (const char byte : bytes) {
        const char16_t character = alphabet[static_cast<unsigned char>(byte)];
        if (character < 0x80) {
            out += static_cast<char>(character);
        } else {
            out += static_cast<char>(0xC0 | (character >> 6));
            out += static_cast<char>(0x80 | (character & 0x3F));
        }
    }
}

std::string from_byte_alphabet(std::string_view text) {
    std::string bytes;
    for (std::size_t at = 0; at < text.size();) {
        const auto first = static_cast<unsigned char>(text[at]);
        // All characters of the alphabet take one byte of UTF-8 or two.
        const bool two = (first & 0xE0) == 0xC0 && at + 1 < text.size();
        const auto character = static_cast<char16_t>(
            two ? (first & 0x1F) << 6 | (static_cast<unsigned char>(text[at + 1]) & 0x3F) : first);
        const auto* const found = std::find(alphabet.begin(), alphabet.end(), character);
        const std::size_t length = two ? 2 : 1;
        if (found != alphabet.end()) {
            bytes += static_cast<char>(found - alphabet.begin());
        } else {
            bytes += text.substr(at, length);
        }
        at += length;
    }
    return bytes;
}

std::string piece_text(std::string_view piece) {
    constexpr std::string_view kSpace = "\u2581";
    if (piece.size() == 6 && piece.starts_with("<0x") && piece.back() == '>') {
        int byte = 0;
        const auto [end, error] = std::from_chars(piece.data() + 3, piece.data() + 5, byte, 16);
        if (error == std::errc() && end == piece.data() + 5) return {static_cast<char>(byte)};
    }
    std::string text(piece);
    for (std::size_t at = 0; (at = text.find(kSpace, at)) != std::string::npos; ++at)
        text.replace(at, kSpace.size(), " ");
    return text;
}

}  // namespace headscope
