#pragma once

#include <QObject>
#include <functional>

class QWidget;

namespace headscope::ui {

/// Calls `restyle` whenever the palette, the font or the style of `widget` has changed. A parent's
/// changeEvent() comes too early for that: its children still have the old palette then.
void follow_style(QWidget& widget, std::function<void()> restyle);

}  // namespace headscope::ui
