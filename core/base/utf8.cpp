#include "core/base/utf8.h"

namespace headscope {
namespace {

/// How many bytes the character has that begins with `lead`, in valid UTF-8.
std::size_t character_size(char lead) {
    const auto byte = static_cast<unsigned char>(lead);
    return byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

/// Whether a character could steer a terminal, or turn the direction of writing (UAX 9).
bool is_control(std::string_view character) {
    if (character.size() == 1) {
        const char c = character.front();
        return (c >= 0 && c < ' ' && c != '\n' && c != '\t') || c == '\x7F';
    }
    // U+0080 to U+009F; U+200E, U+200F; U+202A to U+202E; U+2066 to U+2069; U+061C.
    return (character.front() == '\xC2' && character[1] < '\xA0') ||
           (character >= "\xE2\x80\x8E" && character <= "\xE2\x80\x8F") ||
           (character >= "\xE2\x80\xAA" && character <= "\xE2\x80\xAE") ||
           (character >= "\xE2\x81\xA6" && character <= "\xE2\x81\xA9") || character == "\xD8\x9C";
}

}  // namespace

std::size_t valid_utf8_prefix(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    std::size_t i = 0;
    while (i < text.size()) {
        const unsigned char lead = byte(i);
        if (lead < 0x80) {
            ++i;
            continue;
        }
        const int extra = lead >= 0xC2 && lead <= 0xDF   ? 1
                          : lead >= 0xE0 && lead <= 0xEF ? 2
                          : lead >= 0xF0 && lead <= 0xF4 ? 3
                                                         : 0;
        if (extra == 0 || i + static_cast<std::size_t>(extra) >= text.size()) return i;
        // The second byte's range excludes overlong forms, surrogates and code points past
        // U+10FFFF.
        const unsigned char low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
        const unsigned char high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
        if (byte(i + 1) < low || byte(i + 1) > high) return i;
        for (int k = 2; k <= extra; ++k) {
            const unsigned char next = byte(i + static_cast<std::size_t>(k));
            if (next < 0x80 || next > 0xBF) return i;
        }
        i += static_cast<std::size_t>(extra) + 1;
    }
    return i;
}

std::string printable_text(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        std::string_view good = text.substr(0, valid_utf8_prefix(text));
        text.remove_prefix(good.size());
        while (!good.empty()) {
            const std::string_view character = good.substr(0, character_size(good.front()));
            is_control(character) ? out += '?' : out += character;
            good.remove_prefix(character.size());
        }
        if (text.empty()) break;
        out += '?';
        text.remove_prefix(1);
    }
    return out;
}

}  // namespace headscope
