#pragma once

#include <QColor>

namespace headscope::ui {

/// How values become colours; both are told apart by colour-blind eyes.
enum class ColorScheme {
    sequential,  ///< cividis (Nunez, Anderton, Renslow 2018), dark blue to yellow
    diverging,   ///< blue, white, brown-orange; white in the middle of the range
};

/// The colour at `position` in [0, 1] of a scheme's range; values outside are clamped.
[[nodiscard]] QRgb scheme_color(ColorScheme scheme, double position);

}  // namespace headscope::ui
