#include "core/tokenizer/byte_alphabet.h"

#include <array>

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

}  // namespace headscope
