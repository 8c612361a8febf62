#pragma once

namespace headscope::ui {

/// Fonts that a package brings along (packaging/bundle.py) are found beside the machine's own, so
/// that a container without any gets letters and not boxes. To be called before a QApplication is
/// made.
void use_packaged_fonts();

}  // namespace headscope::ui
