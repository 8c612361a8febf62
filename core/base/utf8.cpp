#include "core/base/utf8.h"

namespace headscope {

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

}  // namespace headscope
