#pragma once

#include <QColor>

namespace headscope::ui {

/// How values become colours; both are told apart by colour-blind eyes.
enum class ColorScheme {
    automatic,   ///< diverging where values are signed, else sequential
    sequential,  ///< cividis (Nunez, Anderton, Renslow 2018), dark blue to yellow
    diverging,   ///< blue, white, brown-orange; white in the middle of the range, which is 0
};

/// The values at both ends of a scheme.
struct ValueRange {
    double low = 0.0;
    double high = 1.0;

    bool operator==(const ValueRange&) const = default;
};

/// The scheme that is drawn where the lowest value is `low`: never automatic.
[[nodiscard]] ColorScheme drawn_scheme(ColorScheme scheme, double low);

/// From `low` to `high`; symmetric about 0 where the drawn scheme is diverging, so that its middle
/// stands for 0. [0, 1] where there is nothing between them.
[[nodiscard]] ValueRange scheme_range(ColorScheme scheme, double low, double high);

/// The colour at `position` in [0, 1] of a scheme's range; values outside are clamped.
[[nodiscard]] QRgb scheme_color(ColorScheme scheme, double position);

}  // namespace headscope::ui
