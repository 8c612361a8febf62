#pragma once

#include <QString>

class QCustomPlot;
class QWidget;

namespace headscope::ui {

/// Puts a plot on the clipboard as it is on the screen, at twice its size.
void copy_image(QCustomPlot& plot);

/// Writes a plot whole or not at all, in the format of the path's suffix: png (at `scale` times its
/// size on the screen), pdf or svg. Throws Error(bad_input) that names the file.
void save_image(QCustomPlot& plot, const QString& path, int scale);

/// Asks for a file and a format (PNG at 1x to 4x, PDF, SVG) and saves. Returns the path, empty where
/// the user changed their mind. Throws what save_image throws. `name` is proposed for the file.
QString ask_and_save_image(QCustomPlot& plot, const QString& name, QWidget* parent);

}  // namespace headscope::ui
