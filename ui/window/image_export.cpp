#include "ui/window/image_export.h"

#include <QBuffer>
#include <QFileDialog>
#include <QFileInfo>
#include <QPageSize>
#include <QPdfWriter>
#include <QStandardPaths>
#include <QSvgGenerator>

#include <qcustomplot.h>

#include "core/base/error.h"
#include "core/base/file.h"
#include "ui/style/plot_copy.h"

namespace headscope::ui {
namespace {

QString suffix_of(const QString& path) {
    return QFileInfo(path).suffix().toLower();
}

QByteArray png_bytes(const QImage& image) {
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    image.save(&buffer, "PNG");
    return bytes;
}

constexpr int kDotsPerInch = 96;  // of a screen, so that text keeps its size beside the lines

/// Draws what the screen shows, as shapes and text. Far cheaper than to write it to a file.
QPicture record(QCustomPlot& plot, QSize size) {
    QPicture drawing;
    QCPPainter painter;
    painter.begin(&drawing);
    painter.setMode(QCPPainter::pmVectorized);
    painter.setMode(QCPPainter::pmNoCaching);
    painter.fillRect(QRect(QPoint(0, 0), size), plot.palette().base());
    plot.toPainter(&painter, size.width(), size.height());
    painter.end();
    return drawing;
}

QByteArray svg_bytes(const DrawnImage& image) {
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    QSvgGenerator generator;
    generator.setOutputDevice(&buffer);
    generator.setResolution(kDotsPerInch);
    generator.setSize(image.size);
    generator.setViewBox(QRect(QPoint(0, 0), image.size));
    generator.setTitle(QStringLiteral("Headscope"));
    QPainter painter(&generator);
    painter.drawPicture(0, 0, image.drawing);
    painter.end();
    return bytes;
}

QByteArray pdf_bytes(const DrawnImage& image) {
    constexpr double kPointsPerInch = 72.0;
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    QPdfWriter writer(&buffer);
    writer.setResolution(kDotsPerInch);
    writer.setCreator(QStringLiteral("Headscope"));
    writer.setPageMargins({});
    writer.setPageSize(QPageSize(QSizeF(image.size) * (kPointsPerInch / kDotsPerInch),
                                 QPageSize::Point, {}, QPageSize::ExactMatch));
    QPainter painter(&writer);
    painter.drawPicture(0, 0, image.drawing);
    painter.end();
    return bytes;
}

QByteArray file_bytes(const DrawnImage& image) {
    const QString suffix = suffix_of(image.path);
    if (suffix == QStringLiteral("svg")) return svg_bytes(image);
    if (suffix == QStringLiteral("pdf")) return pdf_bytes(image);
    return png_bytes(image.image);
}

struct Format {
    QString filter;
    QString suffix;
    int scale;
};

QList<Format> formats() {
    const QString png = QStringLiteral("png");
    return {{QObject::tr("PNG image, 2x (*.png)"), png, 2},
            {QObject::tr("PNG image, 1x (*.png)"), png, 1},
            {QObject::tr("PNG image, 3x (*.png)"), png, 3},
            {QObject::tr("PNG image, 4x (*.png)"), png, 4},
            {QObject::tr("PDF document (*.pdf)"), QStringLiteral("pdf"), 1},
            {QObject::tr("SVG drawing (*.svg)"), QStringLiteral("svg"), 1}};
}

}  // namespace

DrawnImage draw_image(QCustomPlot& plot, const ImageFile& file) {
    const QString suffix = suffix_of(file.path);
    const QSize size = file_size(plot);
    if (suffix == QStringLiteral("png")) {
        return {file.path, plot.toPixmap(size.width(), size.height(), file.scale).toImage(),
                QPicture(), size};
    }
    if (suffix == QStringLiteral("svg") || suffix == QStringLiteral("pdf"))
        return {file.path, {}, record(plot, size), size};
    fail(ErrorCode::bad_input, "{}: images are saved as .png, .pdf or .svg; choose one of these",
         file.path.toStdString());
}

void write_image(const DrawnImage& image) {
    const QByteArray bytes = file_bytes(image);
    if (bytes.isEmpty()) {
        fail(ErrorCode::bad_input, "{}: the image could not be made; choose a smaller scale",
             image.path.toStdString());
    }
    write_file_atomically(image.path.toStdString(),
                          {bytes.constData(), static_cast<std::size_t>(bytes.size())});
}

std::optional<ImageFile> ask_for_image_file(const QString& name, QWidget* parent) {
    const QList<Format> all = formats();
    QStringList filters;
    for (const Format& format : all)
        filters << format.filter;
    QFileDialog dialog(parent, QObject::tr("Save image"),
                       QStandardPaths::writableLocation(QStandardPaths::PicturesLocation));
    dialog.setAcceptMode(QFileDialog::AcceptSave);
    dialog.setNameFilters(filters);
    dialog.setDefaultSuffix(all.front().suffix);
    dialog.selectFile(name + QLatin1Char('.') + all.front().suffix);
    // The dialog asks before it replaces a file, so it has to know the whole name.
    QObject::connect(&dialog, &QFileDialog::filterSelected, &dialog, [&](const QString& filter) {
        const QString suffix = all.value(filters.indexOf(filter)).suffix;
        dialog.setDefaultSuffix(suffix);
        const QFileInfo chosen(dialog.selectedFiles().value(0));
        dialog.selectFile(chosen.completeBaseName() + QLatin1Char('.') + suffix);
    });
    if (dialog.exec() != QDialog::Accepted) return std::nullopt;
    return ImageFile{dialog.selectedFiles().value(0),
                     all.value(filters.indexOf(dialog.selectedNameFilter())).scale};
}

}  // namespace headscope::ui
