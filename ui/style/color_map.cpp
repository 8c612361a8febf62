#include "ui/style/color_map.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

namespace headscope::ui {
namespace {

// Every eighth colour of cividis: J. R. Nunez, C. R. Anderton, R. S. Renslow, "Optimizing colormaps
// with consideration for color vision deficiency", PLOS ONE 13(7), 2018, supporting material. What
// lies between differs from a straight line by less than 5 of 255 levels.
constexpr QRgb cividis[] = {
    0x00224e, 0x00285b, 0x002e6a, 0x053371, 0x1a386f, 0x273e6e, 0x32436d, 0x3b496c, 0x434e6c,
    0x4b546c, 0x535a6d, 0x5a5f6e, 0x61656f, 0x686a71, 0x6f7073, 0x767676, 0x7d7c78, 0x848279,
    0x8c8878, 0x938e78, 0x9b9476, 0xa39a74, 0xaba072, 0xb4a76f, 0xbcae6c, 0xc4b468, 0xcdbb63,
    0xd5c25e, 0xdec958, 0xe7d150, 0xf0d846, 0xf9e03a, 0xfee838,
};

// The blue half of RdBu and the orange half of PuOr, both by Cynthia Brewer
// (https://colorbrewer2.org), which meet in the same near white.
constexpr QRgb blue_to_orange[] = {
    0x053061, 0x2166ac, 0x4393c3, 0x92c5de, 0xd1e5f0, 0xf7f7f7,
    0xfee0b6, 0xfdb863, 0xe08214, 0xb35806, 0x7f3b08,
};

std::span<const QRgb> anchors_of(ColorScheme scheme) {
    switch (scheme) {
        case ColorScheme::automatic:
        case ColorScheme::sequential:
            return cividis;
        case ColorScheme::diverging:
            return blue_to_orange;
    }
    return cividis;
}

int between(int from, int to, double share) {
    return static_cast<int>(std::lround(from + (to - from) * share));
}

}  // namespace

ColorScheme drawn_scheme(ColorScheme scheme, double low) {
    if (scheme != ColorScheme::automatic) return scheme;
    return low < 0.0 ? ColorScheme::diverging : ColorScheme::sequential;
}

ValueRange scheme_range(ColorScheme scheme, double low, double high) {
    if (drawn_scheme(scheme, low) == ColorScheme::diverging) {
        high = std::max(std::abs(low), std::abs(high));
        low = -high;
    }
    if (!(low < high)) return {};
    return {low, high};
}

QRgb scheme_color(ColorScheme scheme, double position) {
    const auto anchors = anchors_of(scheme);
    const auto last = anchors.size() - 1;
    // Written so that NaN gives the lowest colour.
    const double at = (position > 0.0 ? std::min(position, 1.0) : 0.0) * static_cast<double>(last);
    const std::size_t index = std::min(static_cast<std::size_t>(at), last - 1);
    const double share = at - static_cast<double>(index);
    const QRgb from = anchors[index];
    const QRgb to = anchors[index + 1];
    return qRgb(between(qRed(from), qRed(to), share), between(qGreen(from), qGreen(to), share),
                between(qBlue(from), qBlue(to), share));
}

}  // namespace headscope::ui
