#pragma once

#include <QImage>
#include <QPicture>
#include <QSize>
#include <QString>
#include <optional>

class QCustomPlot;
class QWidget;

namespace headscope::ui {

/// Where an image goes: the suffix of the path is its format.
struct ImageFile {
    QString path;
    int scale = 1;  ///< of png: so many times the size on the screen
};

/// A plot that was drawn for a file and is not written yet.
struct DrawnImage {
    QString path;
    QImage image;      ///< png
    QPicture drawing;  ///< pdf and svg: what was drawn, to be drawn again on the file
    QSize size;        ///< of the drawing, in pixels of the screen
};

/// Draws a plot on the GUI thread, in the size of the screen or larger (file_size()). Throws
/// Error(bad_input) where the format is none of png, pdf and svg.
DrawnImage draw_image(QCustomPlot& plot, const ImageFile& file);

/// Writes it whole or not at all, on any thread. Throws Error(bad_input) that names the file.
void write_image(const DrawnImage& image);

/// Asks for a file and a format (PNG at 1x to 4x, PDF, SVG); nothing where the user changed their
/// mind. `name` is proposed for the file.
std::optional<ImageFile> ask_for_image_file(const QString& name, QWidget* parent);

}  // namespace headscope::ui
